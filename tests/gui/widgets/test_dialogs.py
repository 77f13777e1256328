"""Do questions take Enter and Esc as the harmless answer where it cannot be undone?"""

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from cardamage_gui.widgets.dialogs import Dialogs


@pytest.mark.parametrize(("key", "sure", "chosen"), [(Qt.Key.Key_Return, False, 0), (Qt.Key.Key_Escape, False, 1)])
def test_enter_takes_the_first_answer_but_never_what_cannot_be_undone(qtbot, key, sure, chosen):
    parent = QWidget()
    qtbot.addWidget(parent)
    press = lambda: QTest.keyClick(QApplication.activeModalWidget(), key)  # noqa: E731
    QTimer.singleShot(50, press)
    assert Dialogs().sure(parent, "Delete the claim 7?", "This cannot be undone.", "Delete the claim") is sure
    QTimer.singleShot(50, press)
    assert Dialogs().choose(parent, "Where to?", "", ("Here", "Cancel")) == chosen
