"""The models in the box: found without a project, whole, and the default of every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core import files
from cardamage_core.commands import main
from cardamage_core.errors import ModelError
from cardamage_core.jobs.model_import import import_model
from cardamage_core.models import registry
from cardamage_core.models.registry import ModelCard


def card(**changes) -> ModelCard:
    usual = {"id": "m", "name": "m", "created": "2026", "preset": "light", "classes": ("dent",), "config": {}}
    return ModelCard(**usual | changes)


def test_calibration_turns_scores_into_shares_that_are_right():
    one = card(calibration=((0.0, 0.0), (0.5, 0.2), (1.0, 0.8)))
    assert one.calibrated([0.0, 0.25, 0.5, 0.75, 1.0]).tolist() == pytest.approx([0.0, 0.1, 0.2, 0.5, 0.8])
    assert one.raw_score(0.5) == pytest.approx(0.75)
    assert card().calibrated([0.3]).tolist() == pytest.approx([0.3])
    assert card().raw_score(0.3) == 0.3


def test_a_class_has_the_role_that_the_card_says_else_one_guessed_by_its_name():
    one = card(classes=("front door", "car", "dent"), roles={"front door": "part"})
    assert [one.role_of(name) for name in one.classes] == ["part", "car", "damage"]


def test_a_model_that_outlines_no_car_is_completed_by_one_that_does(monkeypatch):
    cars = registry.Model(Path("cars"), card(id="cars", classes=("car",)))
    monkeypatch.setattr(registry, "bundled", lambda: [cars])
    dents = registry.Model(Path("dents"), card())
    both = registry.Model(Path("both"), card(classes=("car", "dent")))
    assert registry.completed_by_car(dents) == (dents, cars)
    assert registry.completed_by_car(both) == (both,)
    assert registry.damage_models(None) == []
    with pytest.raises(ModelError, match="No model came with this installation"):
        registry.default()


def test_every_bundled_model_is_whole_small_and_says_where_it_comes_from():
    found = registry.bundled()
    assert found, "no model in resources/models"
    for model in found:
        model.verify()
        assert model.weights.stat().st_size <= 12e6
        assert model.card.summary
        assert model.card.weaknesses
        assert model.card.sources
        assert all(source.licence for source in model.card.sources)
        assert model.card.command.startswith("python -m cardamage_core.models.recipes")


def test_the_model_of_licensed_photos_alone_can_be_imported(tmp_path):
    """It lies beside the models in the box, but not in the wheel."""
    (file,) = (Path(__file__).parents[3] / "resources" / "optional").iterdir()
    model = import_model(file, tmp_path)
    model.verify()
    assert {source.licence for source in model.card.sources} == {"CC BY 4.0", "MIT"}
    assert model.card.metrics["right_mask"]["value"] > 0.5
    assert "damage-licensed" in model.card.command


def test_the_default_is_the_bundled_model_that_sees_damage():
    default = registry.default()
    assert default.folder.parent == files.resource("models")
    assert "dent" in default.card.classes
    assert default.card.threshold is not None
    assert len(registry.completed_by_car(default)) == 2


def test_the_list_of_models_says_what_their_thresholds_trade(capsys):
    assert main(["models"]) == 0
    shown = registry.default().card
    right, alarms, small = (
        round(100 * shown.metrics[key]["value"]) for key in ("right_mask", "false_alarms", "recall_of_small")
    )
    assert f"{right} / {alarms} / {small} from {shown.threshold:.2f} on (its threshold)" in capsys.readouterr().out
