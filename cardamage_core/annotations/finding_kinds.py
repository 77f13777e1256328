"""What does each code of a finding mean, and what can be done about it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .model import Finding


class Kind(NamedTuple):
    """A title, what to do, and whether `project.repairing` mends it without losing anything."""

    title: str
    advice: str
    safe: bool = False


KINDS: dict[str, Kind] = {
    "missing-photo": Kind("Photo missing or unreadable", "Import again and name the folder where the photos lie."),
    "unreadable-photo": Kind("Photo cannot be opened", "Copy it again from where it came from."),
    "lost-photo": Kind("Photo lies elsewhere", "A file of the same name and size is taken by a repair.", True),
    "vanished-photo": Kind("Photo no longer in its place", "Put it back, or import it from where it lies now."),
    "replaced-photo": Kind("Photo replaced by another file", "Look whether its regions still fit, and accept it."),
    "photo-needed": Kind("Photo needed for its regions", "Import again and name the folder where the photos lie."),
    "photo-twice": Kind("Photo twice", "Keep one of both."),
    "same-content": Kind("Photos with the same content", "Keep one; never one in train and one in val."),
    "near-duplicate": Kind("Photos that look the same in two splits", "Put both into one split."),
    "wrong-size": Kind("File of another size than noted", "Look whether it is the photo that was annotated."),
    "stored-orientation": Kind("Regions drawn before EXIF turned the photo", "“Turn regions” or --turn evident."),
    "turn-unsure": Kind("Regions perhaps drawn before EXIF turned the photo", "Look; “Turn regions” or --turn all."),
    "region-twice": Kind("Region twice", "A repair removes the second.", True),
    "outside": Kind("Region reaches outside the photo", "Look at it: another photo, or a slip?"),
    "self-crossing": Kind("Outline crosses itself", "A repair cuts it at the crossings; it covers the same.", True),
    "no-area": Kind("Region covers nothing", "A repair removes it.", True),
    "tiny": Kind("Tiny region", "Look at it: a slip of the mouse?"),
    "unlabelled": Kind("Region without a label", "Give it one."),
    "several-ticked": Kind("Several boxes ticked", "The first is the label; the others stay as an attribute."),
    "label-alike": Kind("Labels that look like one", "Rename one, or import with --map OLD=NEW."),
    "repeated-key": Kind("Name twice in one object of a file", "Only the last one counts."),
    "unreadable-region": Kind("Region that cannot be understood", "Left out. Draw it again, or mend the file."),
    "undefined-value": Kind("The word undefined instead of a value", "A fault of VIA; read as empty."),
    "known-photo": Kind("Photo in the project already", "It stayed as it was."),
    "not-a-photo": Kind("Film or sound", "Left out: only photos are read."),
    "times": Kind("Times in a film", "Left out: only photos are read."),
    "unknown-shape": Kind("Shapes that are not known", "Left out."),
    "no-split": Kind("Split without photos", "Deal the photos into splits, then export again."),
    "photo-turned": Kind("Photo written as displayed", "EXIF turned it; its copy reads alike everywhere."),
    "photo-converted": Kind("Photo written as JPEG", "The format expects it."),
    "photo-not-copied": Kind("Photo not copied", "Import again and name the folder where the photos lie."),
    "key-twice": Kind("Two photos of one name", "VIA would show one of them only."),
}  # fmt: skip
_ORDER = {"error": 0, "warning": 1, "info": 2}


def kind_of(code: str) -> Kind:
    """What a code means; unknown ones are their own title."""
    return KINDS.get(code, Kind(code.replace("-", " ").capitalize(), ""))


def grouped(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings by code, the gravest first, then the most frequent."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.code, []).append(finding)
    for group in groups.values():
        group.sort(key=lambda finding: _ORDER[finding.severity])
    order = sorted(groups, key=lambda code: (_ORDER[groups[code][0].severity], -len(groups[code]), code))
    return {code: groups[code] for code in order}
