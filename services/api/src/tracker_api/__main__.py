"""`python -m tracker_api` serves the API."""

import sys

from tracker_api.main import main

sys.exit(main())
