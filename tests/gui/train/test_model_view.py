"""Is the whole card of a model to be read, however small the window is?"""

from __future__ import annotations

import msgspec
from qtpy.QtWidgets import QLabel, QScrollArea

from cardamage_core.models import registry
from cardamage_gui.train.curves import Chart
from cardamage_gui.train.model_view import ModelView, facts


def test_a_long_card_is_scrolled_and_nothing_of_it_is_cut(qtbot):
    model = next(model for model in registry.bundled() if model.card.weaknesses)
    view = ModelView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_model(model)
    view.show()
    area = view.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    told = {label.text(): label for label in view.findChildren(QLabel)}
    for _, value in facts(model):
        assert told[value].height() >= told[value].heightForWidth(told[value].width())


def test_a_card_says_how_its_second_network_was_trained():
    model = next(model for model in registry.bundled() if model.card.partner)
    training = registry.PartnerTraining("2026-11-30T02:00:00.000+00:00", {"seed": 2}, "", "imagenet")
    card = msgspec.structs.replace(model.card, partner_training=training)
    assert dict(facts(model._replace(card=card)))["Second network"] == (
        "trained apart: begun from imagenet, seed 2, 2026-11-30"
    )
    unknown = model._replace(card=msgspec.structs.replace(model.card, partner_training=None))
    assert "Second network" not in dict(facts(unknown))


def test_a_card_draws_what_its_threshold_trades_and_whether_its_scores_are_calibrated(qtbot):
    view = ModelView()
    qtbot.addWidget(view)
    view.show_model(registry.default())
    view.show()
    over, calibration = view.findChildren(Chart)
    assert over.isVisible()
    assert calibration.isVisible()
    assert "false" in over.findChildren(QLabel)[1].text()
    unmeasured = msgspec.structs.replace(registry.default().card, metrics={})
    view.show_model(registry.default()._replace(card=unmeasured))
    assert not over.isVisible()
    assert not calibration.isVisible()


def test_a_card_says_what_was_found_by_kind_and_size_and_passes_over_what_makes_no_sense():
    model = registry.default()
    told = dict(facts(model))
    share = model.card.metrics["recall_by_label"]["dent"]
    assert f"dent {100 * share['value']:.0f}" in told["Damages found, by kind"]
    assert f"of {share['photos']}" in told["Damages found, by kind"]
    assert "of the photo or more" in told["… and by size"]
    odd = {"recall_by_label": {"dent": {"value": "x"}, "hail": 3}, "recall_by_size": [0.1], "recall": {"value": None}}
    card = msgspec.structs.replace(model.card, metrics=odd)
    assert not {"Damages found, by kind", "… and by size"} & set(dict(facts(model._replace(card=card))))
