"""`cardamage report`: writes the report of a claim, and checks one that was written."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import files
from ..claims import library
from ..claims.claim import Claim
from ..errors import ProjectError
from ..report import seal, write
from ..report.pdf import Paper
from ..words import languages
from . import Output, force_argument

PAPERS: dict[str, Paper] = {"a4": "A4", "letter": "Letter"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.usage = (
        "%(prog)s CLAIM_FOLDER --out FILE [FILE …] [--lang en] [--paper a4] [--force]\n"
        "       %(prog)s verify FILE [PHOTO …]"
    )
    parser.add_argument(
        "things", type=Path, nargs="+", metavar="CLAIM_FOLDER", help="the claim; or: verify FILE PHOTO…"
    )
    parser.add_argument(
        "--out", type=Path, nargs="+", metavar="FILE", help=f"one for each {', '.join(files.REPORT_SUFFIXES)}"
    )
    parser.add_argument("--lang", choices=languages(), default="en", help="language of the report")
    parser.add_argument("--paper", choices=PAPERS, default="a4", help="of the PDF")
    force_argument(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the report and say its verdict; or check one, 1 where it or a photo was changed."""
    if str(args.things[0]) == "verify" and not library.is_claim(args.things[0]):
        return _verify(args, out)
    if len(args.things) != 1 or not args.out:
        raise ProjectError("A report needs one claim and a file.", "Name the folder of a claim and --out FILE.")
    with Claim.open(args.things[0]) as claim:
        data = write.write(
            claim, [path.absolute() for path in args.out], language=args.lang, paper=PAPERS[args.paper],
            replace=args.force, progress=lambda _: None,
        )  # fmt: skip
    document = {
        "claim": data.claim,
        "verdict": data.verdict,
        "files": [str(path) for path in args.out],
        "failed": [photo.name for photo in data.photos if photo.state == "failed"],
    }
    out.report(document, "\n".join([data.verdict, *(f"Written: {path}" for path in args.out)]))
    return 0


def _verify(args: argparse.Namespace, out: Output) -> int:
    if len(args.things) < 2 or args.out:
        raise ProjectError("It is not said which report to check.", "cardamage report verify FILE [PHOTO …]")
    _, report, *photos = args.things
    found = seal.check(report, photos)
    good = f"{report.name} is unchanged" + (f", and so are {found.photos} photos." if found.photos else ".")
    document = {"report": str(report), "unchanged": not found.wrong, "wrong": found.wrong, "unchecked": found.unchecked}
    out.report(document, "\n".join([*(found.wrong or [good]), *found.unchecked]))
    return 1 if found.wrong else 0
