"""Let the canvas's tests import `little_regions`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
