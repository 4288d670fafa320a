"""`python -m tracker_worker record` or `python -m tracker_worker triage`."""

import sys

from tracker_worker.main import main

sys.exit(main(sys.argv[1:]))
