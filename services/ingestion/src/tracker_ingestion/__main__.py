"""`python -m tracker_ingestion <kind>`: one process of one kind."""

import sys
from importlib import import_module

from tracker_core.errors import TrackerError

KINDS = {
    "email": "tracker_ingestion.kinds.email.main",
    "gateway": "tracker_ingestion.kinds.gateway.main",
    "slack": "tracker_ingestion.kinds.slack.main",
}
"""Module of each kind; it is imported only when it runs, because each brings libraries of its own."""
USAGE_ERROR = 2


def main(arguments: list[str]) -> int:
    """Run the process of a kind; return its exit code."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        sys.stderr.write(f"usage: python -m tracker_ingestion {{{','.join(KINDS)}}}\n")
        return USAGE_ERROR
    try:
        import_module(KINDS[arguments[0]]).run()
    except TrackerError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
