"""Everything on one machine, without Docker or keys: stand-ins for the outside world around the production code."""

import sys
from pathlib import Path

# The bundle's modules have the names here that they have on a worker: f.*, and deploy.* beside them.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "windmill"))
