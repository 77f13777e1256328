"""Views of the checklist that a photo seems to be: corners of the car, damage near and far."""

from __future__ import annotations

import msgspec
import pytest

from cardamage_core.annotations.model import Label, Origin, Photo, Rectangle, Region
from cardamage_core.assessment import views
from cardamage_core.assessment.damage import assess

PHOTO = Photo("p", "p.jpg", "p.jpg", 800, 600)
PANELS = ("front bumper", "hood", "front lamp", "rear bumper", "tailgate", "rear lamp", "windscreen", "mirror", "wheel",
          "front door", "rear door")  # fmt: skip
LABELS = (
    Label("dent", "#ff0000"),
    Label("car", "#ffffff", role="car"),
    *(Label(name, "#00ff00", role="part") for name in PANELS),
)
CAR = Region("car", Rectangle(100, 100, 600, 400), "car")
DENT = Region("dent", Rectangle(300, 300, 50, 50), "dent")
FROM_LEFT = {  # x, y, width, height of the panels of a car that drives to the left
    "front bumper": (110, 350, 200, 120),
    "hood": (120, 250, 200, 80),
    "front lamp": (220, 330, 60, 20),
    "wheel": (330, 380, 80, 100),
    "front door": (420, 250, 120, 150),
    "rear door": (540, 250, 100, 150),
    "mirror": (400, 220, 30, 20),
}


def car_from_left(*, but: str = "", score: float = 0.9) -> tuple[Region, ...]:
    origin = Origin("predicted", model="m", score=score)
    shapes = {name: Rectangle(*box) for name, box in FROM_LEFT.items() if name != but}
    return (CAR, *(Region(name, shape, name, origin=origin) for name, shape in shapes.items()))


def mirrored(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    return tuple(
        msgspec.structs.replace(one, shape=msgspec.structs.replace(one.shape, x=800 - one.shape.x - one.shape.width))
        for one in regions
    )


def from_behind(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    other = {"front bumper": "rear bumper", "hood": "tailgate", "front lamp": "rear lamp"}
    return tuple(msgspec.structs.replace(one, label=other.get(one.label, one.label)) for one in regions)


def seen(*regions: Region) -> list[str]:
    return list(views.views_of(PHOTO, regions, LABELS, assess(PHOTO, regions, LABELS, threshold=0.45)))


def test_the_side_of_the_doors_on_which_the_front_lies_tells_the_corner():
    car = car_from_left()
    assert seen(*car) == ["front left"]
    assert seen(*mirrored(car)) == ["front right"]
    assert seen(*from_behind(car)) == []  # too often wrong


@pytest.mark.parametrize("but", ["wheel", "front bumper"])
def test_too_few_panels_are_no_corner(but: str):
    assert seen(*car_from_left(but=but)[: None if but == "wheel" else -1]) == []


def test_panels_of_which_the_model_is_not_sure_tell_no_corner():
    assert seen(*car_from_left(score=0.5)) == []


def test_a_front_in_the_middle_or_both_ends_are_no_corner():
    car = car_from_left()
    hood = Region("middle", Rectangle(380, 105, 315, 145), "hood")
    rear = Region("rear", Rectangle(640, 230, 60, 240), "rear bumper")
    assert seen(*car, hood) == []
    assert seen(*car, rear) == []


def test_near_and_far_views_of_damage_are_told_apart():
    assert seen(DENT, CAR) == ["damage far"]
    assert seen(DENT) == ["damage near"]
    assert seen(CAR) == []
    assert seen(*car_from_left(), DENT) == ["front left", "damage far"]
