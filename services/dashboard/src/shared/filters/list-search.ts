/** What a list of tasks shows is in its address: a link shows another person the same. Table, board and calendar share it. */
export const boardLanes = ['none', 'assignee', 'priority', 'category', 'source'] as const;
export type Lanes = (typeof boardLanes)[number];

export type ListSearch = {
  filter?: string;
  sort?: string;
  /** Of the table; see `features/table/columns`. */
  columns?: string;
  /** Of the board. */
  lanes?: Exclude<Lanes, 'none'>;
  /** Of the calendar: a day in what it shows. */
  day?: string;
  /** The saved view that this began with. */
  view?: string;
};

/** The router takes `filter=12` for a number. */
const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined);

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const day = text(search.day);
  return {
    filter: text(search.filter),
    sort: text(search.sort),
    columns: text(search.columns),
    lanes: boardLanes.find((lanes): lanes is Exclude<Lanes, 'none'> => lanes !== 'none' && lanes === search.lanes),
    day: day !== undefined && DAY.test(day) ? day : undefined,
    view: text(search.view),
  };
}
