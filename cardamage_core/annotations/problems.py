"""Problems of a data set that can be found from its values alone, and the table of all kinds of problems.

Codes: missing-photo, photo-twice, region-twice, outside, self-crossing, tangled, no-area, tiny, unlabelled and
label-alike. Nothing is changed. Problems of photo files are found by `project.data_problems`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from .. import geometry
from .labels import alike
from .model import AnnotatedPhoto, Dataset, Dot, Point, Polygon, Polyline, Problem, Region, Ring, Shape
from .shapes import area, bounds, outline

TOLERANCE = 1.0  # pixels; annotation tools let one click on the rim itself
SMALLEST_AREA = 1e-6  # square pixels
TINY_AREA = 9.0  # square pixels: a slip of the mouse, too small to see


def find_problems(dataset: Dataset, *, step: Callable[[], None] = lambda: None) -> list[Problem]:
    """Everything that looks wrong, photo by photo; `step` is called for each and may raise to stop."""
    search = ProblemSearch(step=step)
    for _ in search.watch(dataset.photos):
        pass
    return search.problems()


class ProblemSearch:
    """Looks at photos as they come by and keeps what looks wrong."""

    def __init__(self, *, step: Callable[[], None] = lambda: None) -> None:
        self._step = step
        self._labels: Counter[str] = Counter()
        self._paths: set[str] = set()
        self._twice: list[Problem] = []
        self._found: list[Problem] = []

    def watch(self, photos: Iterable[AnnotatedPhoto]) -> Iterator[AnnotatedPhoto]:
        """The same photos."""
        for one in photos:
            self._step()
            self._labels.update(region.label for region in one.regions)
            if one.photo.path in self._paths:
                self._twice.append(Problem("photo-twice", f"{one.photo.name} is there twice.", photo=one.photo.id))
            self._paths.add(one.photo.path)
            self._found += photo_problems(one)
            yield one

    def problems(self) -> list[Problem]:
        """What looked wrong with labels, photos and regions."""
        return [*(Problem("label-alike", one.text()) for one in alike(self._labels)), *self._twice, *self._found]


def photo_problems(one: AnnotatedPhoto) -> list[Problem]:
    """What looks wrong with one photo and its regions."""
    found = list(_missing(one))
    found += _regions_twice(one)
    plain = _plain_ones(one)
    for region, is_plain in zip(one.regions, plain, strict=True):
        found += _unlabelled(one, region)
        if not is_plain:
            found += _outside(one, region)
            found += _shape(one, region)
    return found


def _plain_ones(one: AnnotatedPhoto) -> list[bool]:
    """Whether nothing is wrong with a region's shape, as far as can be seen of all at once: most are plain polygons."""
    rings = [_ring_of(region) for region in one.regions]
    plain = [ring is not None and len(ring) > 2 for ring in rings]
    chosen = [ring for ring, is_plain in zip(rings, plain, strict=True) if ring and is_plain]
    if not chosen:
        return plain
    points = np.array([point for ring in chosen for point in ring], float)
    areas = shapely.polygons(
        shapely.linearrings(points, indices=np.repeat(np.arange(len(chosen)), [*map(len, chosen)]))
    )
    good = np.asarray(shapely.area(areas) > TINY_AREA) & np.asarray(shapely.is_valid(areas))
    if one.photo.width:
        limits = np.array([one.photo.width, one.photo.height]) + TOLERANCE
        boxes = shapely.bounds(areas)
        good &= (boxes[:, :2] >= -TOLERANCE).all(1) & (boxes[:, 2:] <= limits).all(1)
    told = iter(good.tolist())
    return [is_plain and next(told) for is_plain in plain]


def _ring_of(region: Region) -> Ring | None:
    """The outline of a polygon of one ring that is quickly tested."""
    shape = region.shape
    if not isinstance(shape, Polygon) or len(shape.rings) != 1 or len(shape.rings[0]) > geometry.FEW_POINTS:
        return None
    return shape.rings[0]


def _missing(one: AnnotatedPhoto) -> Iterator[Problem]:
    if one.photo.width == 0:
        text = f"{one.photo.name} is missing or cannot be read: {one.photo.path}."
        yield Problem("missing-photo", text, "error", one.photo.id)


def _regions_twice(one: AnnotatedPhoto) -> Iterator[Problem]:
    seen: set[tuple[Shape, str]] = set()
    for region in one.regions:
        if (region.shape, region.label) in seen:
            text = f"A region “{region.label}” of {one.photo.name} is there twice."
            yield Problem("region-twice", text, photo=one.photo.id, region=region.id)
        seen.add((region.shape, region.label))


def _unlabelled(one: AnnotatedPhoto, region: Region) -> Iterator[Problem]:
    if not region.label:
        yield Problem("unlabelled", f"A region of {one.photo.name} has no label.", photo=one.photo.id, region=region.id)


def _outside(one: AnnotatedPhoto, region: Region) -> Iterator[Problem]:
    width, height = one.photo.width, one.photo.height
    if width == 0:
        return
    x0, y0, x1, y1 = bounds(region.shape)
    if x0 < -TOLERANCE or y0 < -TOLERANCE or x1 > width + TOLERANCE or y1 > height + TOLERANCE:
        text = (
            f"A region “{region.label}” of {one.photo.name} reaches outside the photo:"
            f" {x0:.0f}, {y0:.0f} to {x1:.0f}, {y1:.0f} on {width} × {height} pixels."
        )
        yield Problem("outside", text, photo=one.photo.id, region=region.id)


def _shape(one: AnnotatedPhoto, region: Region) -> Iterator[Problem]:
    if isinstance(region.shape, Polyline | Dot):
        return
    rings = [shapely.polygons(ring) for ring in outline(region.shape) if len(ring) > 2]
    if geometry.is_tangled(outline(region.shape)):
        text = f"The outline of a region “{region.label}” of {one.photo.name} is a tangle that crosses itself"
        text += f" over {geometry.MOST_CROSSINGS:,} times; figures are those of a simpler outline."
        yield Problem("tangled", text, "error", photo=one.photo.id, region=region.id)
    elif isinstance(region.shape, Polygon) and _crosses_itself(rings):
        text = f"The outline of a region “{region.label}” of {one.photo.name} crosses itself."
        yield Problem("self-crossing", text, photo=one.photo.id, region=region.id)
    # Exact geometry is only needed where a simple sum could be small.
    found = rings[0].area if len(rings) == 1 else 0.0
    found = found if found > TINY_AREA else area(region.shape).area
    if found < SMALLEST_AREA:
        text = f"A region “{region.label}” of {one.photo.name} covers no area."
        yield Problem("no-area", text, photo=one.photo.id, region=region.id)
    elif found < TINY_AREA:
        text = f"A region “{region.label}” of {one.photo.name} is tiny: {found:.1f} square pixels."
        yield Problem("tiny", text, "info", one.photo.id, region.id)


def crossing(region: Region) -> Point | None:
    """Where the outline crosses itself, the first such place; None when it does not."""
    for ring in outline(region.shape):
        reason = shapely.is_valid_reason(shapely.polygons(ring)) if len(ring) > 3 else ""
        if reason.startswith("Self-intersection["):
            x, y = reason[:-1].split("[")[1].split()
            return (float(x), float(y))
    return None


def _crosses_itself(rings: Sequence[shapely.Polygon]) -> bool:
    """Touching itself is no crossing: only rings that are not simple though repeated points are dropped."""
    return any(shapely.get_num_coordinates(ring) > 4 and not ring.is_valid for ring in rings)


class Kind(NamedTuple):
    """A title, what to do, and whether `project.data_problems` mends it without losing anything."""

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
    "unusable-name": Kind("Photo with a name that is not UTF-8", "Rename it, then import it again."),
    "wrong-size": Kind("File of another size than noted", "Look whether it is the photo that was annotated."),
    "stored-orientation": Kind("Regions drawn before EXIF turned the photo", "“Turn regions” or --turn evident."),
    "turn-unsure": Kind("Regions perhaps drawn before EXIF turned the photo", "Look; “Turn regions” or --turn all."),
    "region-twice": Kind("Region twice", "A repair removes the second.", True),
    "outside": Kind("Region reaches outside the photo", "Look at it: another photo, or a slip?"),
    "self-crossing": Kind("Outline crosses itself", "A repair cuts it at the crossings; it covers the same.", True),
    "tangled": Kind("Outline is a tangle", "Draw it again; its area is that of a simpler outline."),
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


def grouped(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Problems by code, the gravest first, then the most frequent."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.code, []).append(problem)
    for group in groups.values():
        group.sort(key=lambda problem: _ORDER[problem.severity])
    order = sorted(groups, key=lambda code: (_ORDER[groups[code][0].severity], -len(groups[code]), code))
    return {code: groups[code] for code in order}
