"""`python -m tracker_worker record`, `… triage`, `… agents` or `… check`."""

import sys

from tracker_worker.main import main

sys.exit(main(sys.argv[1:]))
