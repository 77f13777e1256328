"""The best view of each panel, the sides of a car, its drawing, and the verdict."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import msgspec
import pytest

from cardamage_core.annotations.model import Label, Photo, Rectangle, Region
from cardamage_core.assessment import schematic
from cardamage_core.assessment.claim import ClaimFigure, PanelFigure, claim_figure, verdict
from cardamage_core.assessment.damage import assess
from cardamage_core.models import registry
from cardamage_core.words import words_of

LABELS = (
    Label("dent", "#56B4E9"),
    Label("car", "#FFFFFF", role="car"),
    *(Label(name, "#9D7BFF", role="part") for name in ("hood", "front door", "front door left")),
)


def seen(photo: str, panel: tuple[float, float, float, float], dent: float, label: str = "hood", problem: str = ""):
    """A photo of 100 × 100 px with a panel at a place, whose left `dent` px are damaged."""
    x, y, _, height = panel
    regions = [
        Region("car", Rectangle(5, 5, 90, 90), "car"),
        Region("part", Rectangle(*panel), label),
        Region("dent", Rectangle(x, y, dent, height), "dent"),
    ]
    one = Photo(photo, photo, photo, 100, 100)
    return one, assess(one, [] if problem else regions, LABELS, problem=problem)


def test_a_panel_is_measured_where_it_is_seen_largest_and_whole():
    small = seen("small", (10, 10, 20, 20), 10)
    large = seen("large", (10, 10, 40, 40), 10)
    cut = seen("cut", (0, 10, 80, 80), 8)
    figure = claim_figure([small, large, cut], {})
    (hood,) = figure.panels
    assert (hood.photo, hood.percent, hood.photos, hood.cut_off) == ("large", pytest.approx(25.0), 3, False)


def test_shares_of_several_photos_are_never_added_up():
    figure = claim_figure([seen("a", (10, 10, 20, 20), 10), seen("b", (10, 10, 20, 20), 10)], {})
    assert figure.percent == pytest.approx(100 * 200 / 8100)
    assert figure.panels[0].percent == pytest.approx(50.0)


def test_the_ticked_view_or_the_label_tells_the_side():
    left, right = seen("l", (10, 10, 20, 20), 10, "front door"), seen("r", (10, 10, 20, 20), 5, "front door")
    named = seen("n", (10, 10, 40, 20), 4, "front door left")
    sides = {(p.panel, p.side): p.photo for p in claim_figure([left, right, named], {"l": "left", "r": "right"}).panels}
    assert sides == {("front door", "left"): "n", ("front door", "right"): "r"}
    (untold,) = claim_figure([left], {}).panels
    assert untold.side == ""
    (hood,) = claim_figure([seen("h", (10, 10, 20, 20), 10)], {"h": "left"}).panels
    assert hood.side == ""


def test_a_claim_without_a_figure_says_why():
    figure = claim_figure([seen("a", (10, 10, 20, 20), 10, problem="damaged")], {})
    assert (figure.percent, figure.failed, figure.reason) == (None, 1, "failed")
    assert verdict(figure, {"a": 1}) == (
        "How much of the car is damaged is not determined: the photo could not be examined. "
        "1 photo could not be examined, so nothing is known of what they show."
    )
    assert verdict(ClaimFigure(reason="nothing"), {}).endswith("nothing is outlined.")
    assert "nicht bestimmt" in verdict(figure, {"a": 1}, words_of("de"))


def one(panel: str, percent: float, side: str = "") -> PanelFigure:
    return PanelFigure(panel, side, percent, percent, percent, "a", False, 1)


def fills(figure: ClaimFigure, panel: str) -> set[tuple[str, str, bool]]:
    shapes = zip(schematic.shapes(), schematic.painted(figure), strict=True)
    return {(shape.side, drawn.fill, drawn.hatched) for shape, drawn in shapes if shape.panel == panel}


def test_every_panel_of_the_model_is_in_the_drawing():
    (card,) = [model.card for model in registry.bundled() if "car" in model.card.classes]
    parts = {schematic.drawn_as(name) for name in card.classes if card.role_of(name) == "part"}
    assert parts <= schematic.known_panels()


def test_panels_are_coloured_by_share_and_hatched_where_the_side_is_not_told():
    told = ClaimFigure(panels=(one("front door", 30.0, "left"), one("hood", 7.0), one("tailgate", 0.0)))
    assert fills(told, "front door") == {("left", "#b3261e", False), ("right", schematic.UNSEEN, False)}
    assert fills(told, "hood") == {("", "#e8743b", False)}
    assert fills(told, "tailgate") == {("", schematic.SEEN, False)}
    assert {hatched for _, _, hatched in fills(ClaimFigure(panels=(one("front door", 3.0),)), "front door")} == {True}


def test_the_drawing_is_well_formed_svg_with_named_panels():
    figure = ClaimFigure(panels=(one("hood", 7.0), one('a<"b', 1.0)))
    root = ET.fromstring(schematic.svg(figure, {"left": "links & so"}, titles={"hood": "Haube"}))
    texts = [element.text for element in root.iter() if element.tag.endswith(("text", "title"))]
    assert "links & so" in texts
    assert "Haube: 7.0 %" in texts


def test_every_point_of_the_drawing_lies_inside_it():
    points = [point for shape in schematic.shapes() for point in shape.ring]
    assert all(0 <= x <= schematic.WIDTH and 0 <= y <= schematic.HEIGHT for x, y in points)


def test_a_model_is_not_believed_about_panels_on_a_photo_that_is_not_determined():
    photo, damage = seen("a", (10, 10, 20, 20), 10)
    guessed = msgspec.structs.replace(damage.panels[0], decided=False)
    doubtful = msgspec.structs.replace(damage, determined=False, panels=(guessed,))
    assert claim_figure([(photo, doubtful)], {}).panels == ()
