"""The command line without a window; the sub-commands are in `commands`."""

from __future__ import annotations

import sys

from .commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], program="python -m cardamage_core"))
