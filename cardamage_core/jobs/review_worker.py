"""The process of a review: `python -m cardamage_core.jobs.review_worker FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import reviews, worker
from .folder import JobFolder


def main(arguments: list[str]) -> int:
    """Carry out the review in the folder named by the only argument."""
    at = JobFolder(Path(arguments[0]))
    return worker.serve(at, lambda log, stop: reviews.work(at, log, stop))


if __name__ == "__main__":
    worker.leave(main(sys.argv[1:]))
