"""The previews follow the newest epoch until an earlier one is chosen, and a click enlarges a photo."""

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLabel, QSlider

from cardamage_gui.background import Background
from cardamage_gui.train.pictures import Pictures
from cardamage_gui.train.previews import Previews


@pytest.fixture
def previews(qtbot):
    background = Background()
    made = Previews(background)
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    yield made
    background.close()


def written(folder, epochs, tile=(480, 360)):
    files = {}
    for epoch in epochs:
        pixels = np.random.default_rng(epoch).integers(0, 255, (2 * tile[1], 2 * tile[0], 3), dtype=np.uint8)
        files[epoch] = str(folder / f"epoch-{epoch:04d}.png")
        Image.fromarray(pixels).save(files[epoch])
    return files


def test_the_slider_goes_through_the_epochs_and_the_newest_is_followed(previews, tmp_path):
    slider, said = previews.findChild(QSlider), previews.findChildren(QLabel)[0]
    previews.show_files(written(tmp_path, (1, 2)), ("dent", "glass"))
    assert said.text().endswith("EPOCH 2")
    slider.setValue(0)
    assert said.text().endswith("EPOCH 1")
    previews.show_files(written(tmp_path, (1, 2, 3)), ("dent", "glass"))
    assert said.text().endswith("EPOCH 1"), "an earlier epoch stays"
    slider.setValue(2)
    previews.show_files(written(tmp_path, (1, 2, 3, 4)), ("dent", "glass"))
    assert said.text().endswith("EPOCH 4")
    assert any("dent" in label.text() and "glass" in label.text() for label in previews.findChildren(QLabel))


@pytest.mark.parametrize("tile", [(480, 360), (320, 240)])
def test_a_click_enlarges_a_photo_and_another_shows_all(previews, tmp_path, qtbot, tile):
    previews.show_files(written(tmp_path, (1,), tile), ("dent",))
    pictures = previews.findChild(Pictures)
    qtbot.waitUntil(pictures.isVisible, timeout=60_000)
    small = pictures.height()
    QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=QPoint(300, 20))
    assert pictures.height() > 2.5 * small
    QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=QPoint(300, 20))
    assert pictures.height() == small
