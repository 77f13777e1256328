"""The process of an evaluation: `python -m cardamage_core.jobs.evaluation_worker FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import evaluation_work, worker
from .folder import JobFolder


def main(arguments: list[str]) -> int:
    """Carry out the evaluation in the folder named by the only argument."""
    at = JobFolder(Path(arguments[0]))
    return worker.serve(at, lambda log, stop: evaluation_work.work(at, log, stop))


if __name__ == "__main__":
    worker.leave(main(sys.argv[1:]))
