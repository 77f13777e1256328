"""Which models are there?"""

from __future__ import annotations

import hashlib

import pytest

from cardamage_core.errors import ModelError
from cardamage_core.models import registry
from cardamage_core.models.registry import ModelCard


def _card(name: str, created: str = "") -> ModelCard:
    return ModelCard(id="", name=name, created=created, preset="light", classes=("dent",), config={"classes": 2})


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "any.h5"
    path.write_bytes(b"numbers")
    return path


def test_a_registered_model_is_found_by_id_name_and_folder(tmp_path, weights):
    folder = tmp_path / "models"
    model = registry.register(folder, _card("Dents & more"), weights)
    digest = hashlib.sha256(b"numbers").hexdigest()
    assert model.card.id == f"dents-more-{digest[:8]}"
    assert model.card.weights_sha256 == digest
    assert model.card.versions["cardamage"]
    assert model.weights.read_bytes() == b"numbers"
    for name in (model.card.id, "Dents & more", model.folder):
        assert registry.find(name, folder) == model
    assert [path.name for path in folder.iterdir()] == [model.card.id]


def test_models_are_listed_newest_first_and_what_is_no_model_is_passed_over(tmp_path, weights):
    folder = tmp_path / "models"
    for name, created in (("old", "2026-01-01T00:00:00Z"), ("new", "2026-02-01T00:00:00Z")):
        registry.register(folder, _card(name, created), weights)
    (folder / "notes").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "card.json").write_text("{")
    assert [model.card.name for model in registry.models(folder)] == ["new", "old"]


def test_a_missing_model_is_told_with_those_that_are_there(tmp_path, weights):
    there = registry.register(tmp_path / "models", _card("dents"), weights)
    with pytest.raises(ModelError, match=f"no model “scratches”.*{there.card.id}"):
        registry.find("scratches", tmp_path / "models")
    with pytest.raises(ModelError, match=r"no model “scratches”.*\(--project\)"):
        registry.find("scratches")


def test_a_model_without_weights_or_with_a_torn_card_is_refused_with_the_file(tmp_path, weights):
    model = registry.register(tmp_path / "models", _card("dents"), weights)
    model.weights.unlink()
    with pytest.raises(ModelError, match="has no weights"):
        registry.read(model.folder)
    (model.folder / "card.json").write_bytes(b'{"id": "dents"')
    with pytest.raises(ModelError, match=r"card\.json is damaged"):
        registry.read(model.folder)


def test_changed_weights_are_noticed(tmp_path, weights):
    model = registry.register(tmp_path / "models", _card("dents"), weights)
    model.verify()
    model.weights.write_bytes(b"Numbers")
    with pytest.raises(ModelError, match="damaged or changed"):
        model.verify()


def test_weights_that_are_not_there_leave_no_model(tmp_path):
    with pytest.raises(ModelError, match="Could not read"):
        registry.register(tmp_path / "models", _card("dents"), tmp_path / "nowhere.h5")
    assert registry.models(tmp_path / "models") == []
