"""Which photos the training form offers to learn from and to validate on."""

from __future__ import annotations

from collections import Counter

from ..language import amount, tr
from ..widgets import common


class SplitFields:
    """Two fields, `train` and `val`, and the note that stands in their place where no photo has a split."""

    def __init__(self) -> None:
        self.train, self.val = common.ComboBox(), common.ComboBox()
        self.none = common.label("", "muted", wrap=True)

    def fill(self, numbers: Counter[str]) -> bool:
        """Offer the splits with their numbers of photos ("" has none); whether there is any."""
        named = {name: count for name, count in numbers.items() if name}
        for field, wanted in ((self.train, "train"), (self.val, "val")):
            field.clear()
            for name, count in named.items():
                field.addItem(f"{name} – {amount(count, 'photo')}", name)
            field.setVisible(bool(named))
            field.setCurrentIndex(max(0, field.findData(wanted)))
        if "val" not in named and named:
            self.val.insertItem(0, tr("nothing"), "val")
            self.val.setCurrentIndex(0)
        total = amount(numbers.total(), "photo")
        self.none.setText(tr("{total}, none with a split: every fifth is held back to validate", total=total))
        self.none.setVisible(not named)
        return bool(named)

    def choose(self, train: str, val: str) -> None:
        """Choose these splits, where they are offered."""
        for field, name in ((self.train, train), (self.val, val)):
            field.setCurrentIndex(max(0, field.findData(name)))

    def chosen(self) -> tuple[str, str]:
        """The splits to learn from and to validate on."""
        return self.train.currentData() or "train", self.val.currentData() or "val"
