"""`python -m tracker_worker record`, `… triage`, `… agents`, `… check` or `… eval`."""

import os
import sys

# One message at a time is embedded: more threads than one only spin, and take the cores from others. numpy reads them
# when it is imported.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from tracker_worker.main import main  # noqa: E402 -- see above

sys.exit(main(sys.argv[1:]))
