/**
 * Which version to send in If-Match when a person acts faster than the API answers.
 *
 * A version that this tab itself replaced is followed to its successor: accept, then undo, is no conflict. A version that
 * someone else replaced has no successor here, and the API refuses it with 412, as it should.
 */
export class Versions {
  private readonly next = new Map<string, number>();

  /** Records that our own change turned `from` into `to`. */
  replaced(id: string, from: number, to: number): void {
    if (to > from) this.next.set(`${id}:${from}`, to);
  }

  /** Follows our own changes from the version that the person saw. */
  latest(id: string, seen: number): number {
    let version = seen;
    for (let next = this.next.get(`${id}:${version}`); next !== undefined; next = this.next.get(`${id}:${version}`)) {
      version = next;
    }
    return version;
  }
}
