"""Do photos of rare classes come more often, by the factors of LVIS?"""

from __future__ import annotations

from collections import Counter

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Rectangle, Region
from cardamage_core.training.balance import Round, repeat_factors

CLASSES = {"dent": 1, "glass": 2, "unsure": -1}


def photo(number: int, *labels: str) -> AnnotatedPhoto:
    regions = tuple(Region(f"{number} {label}", Rectangle(1, 1, 5, 5), label) for label in labels)
    return AnnotatedPhoto(Photo(f"{number}", f"/{number}.png", f"{number}.png", 10, 10), regions)


def data() -> Dataset:
    """Twenty photos: dents on all but two, glass on one of them, one undamaged, one that is not sure."""
    dents = [photo(i, "dent") for i in range(17)]
    return Dataset((*dents, photo(17, "dent", "glass"), photo(18), photo(19, "unsure")))


def test_a_photo_has_the_factor_of_its_rarest_class():
    factors = repeat_factors(data(), CLASSES, threshold=0.2)
    assert factors[17] == 2.0  # glass is on a share of 0.05: sqrt(0.2 / 0.05)
    assert set(factors[:17] + factors[18:]) == {1.0}
    assert set(repeat_factors(data(), CLASSES, threshold=0.0)) == {1.0}


def test_fractions_are_rounded_anew_in_each_round_and_resumes_find_the_same_photos():
    dealt = Round([1.0, 1.5, 1.0, 2.5], seed=4)
    assert len(dealt) == 6
    shown = [Counter(dealt.order(number).tolist()) for number in range(200)]
    assert all(1 <= one[1] <= 2 and 2 <= one[3] <= 3 and one[0] == one[2] == 1 for one in shown)
    assert 60 < sum(one[1] == 2 for one in shown) < 140
    again = Round([1.0, 1.5, 1.0, 2.5], seed=4)
    assert (again.order(7) == dealt.order(7)).all()
    assert any((dealt.order(number) != dealt.order(0)).any() for number in range(1, 5))
