"""What the training form offers to begin from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..language import mark, tr
from ..widgets import common

INCLUDED = "included"
KNOWN = {
    INCLUDED: mark("The damage model that comes along"),
    "imagenet": mark("ImageNet – a backbone that knows photos"),
    "coco": mark("COCO – a whole network, for the matterport preset"),
}


class StartModel(NamedTuple):
    """A model to go on from: its name, and the preset it was made with."""

    name: str
    preset: str


class StartChoice(common.ComboBox):
    """Weights that come along or are fetched, models to go on from, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._models: dict[str, StartModel] = {}

    def fill(self, models: Mapping[str, StartModel]) -> None:
        """Offer these models, by id, beside what is always there; what was chosen stays so."""
        kept, self._models = self.currentData(), dict(models)
        self.clear()
        for start, text in KNOWN.items():
            self.addItem(tr(text), start)
        for model_id, model in models.items():
            self.addItem(tr("{model_name} – go on from this model", model_name=model.name), model_id)
        self.addItem(tr("Nothing – random weights"), "none")
        self.setCurrentIndex(max(0, self.findData(kept)))

    def choose(self, start: str) -> None:
        """Choose a start as a TrainingJob names it, whether it is offered or not."""
        if self.findData(start) < 0:
            self.addItem(tr("{start} – as before", start=start), start)
        self.setCurrentIndex(self.findData(start))

    def start(self) -> str:
        """The start, as a TrainingJob names it."""
        return self.currentData() or INCLUDED

    def preset(self) -> str | None:
        """The preset of the model chosen: another has another backbone."""
        model = self._models.get(self.currentData())
        return model.preset if model else None
