"""What a node of a cluster has: run there as a small job, prints one line of JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import metadata

PREFIX = "cardamage-probe: "


def main(names: list[str]) -> int:
    """Look for the packages with these names; "" is the version of one that is missing."""
    found = {"python": platform.python_version(), "cores": os.cpu_count() or 0}
    found["versions"] = {name: _version(name) for name in [*names, "ray", "cardamage-workbench"]}
    print(f"{PREFIX}{json.dumps(found)}", flush=True)  # noqa: T201 the result
    return 0


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
