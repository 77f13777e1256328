"""The list of claims: a thousand at once, searched and narrowed by state; claims that cannot be read among them."""

from __future__ import annotations

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_core.claims import library, records, summary
from cardamage_core.claims.model import ClaimFields, ClaimRecord
from cardamage_gui.inspect.claim_list import ClaimList, ClaimRow, about, title_of

STATES = ("new", "in review", "done")


@pytest.fixture
def thousand(tmp_path):
    """Records and summaries of a thousand claims, as closing them writes them."""
    for number in range(1000):
        folder = tmp_path / "claims" / f"2026-01-01-{number:04d}"
        folder.mkdir(parents=True)
        fields = ClaimFields(number=f"N-{number:04d}", vehicle="Ford Escape" if number % 10 else "Audi A4")
        record = ClaimRecord(folder.name, "2026-01-01T00:00:00+00:00", fields, STATES[number % 3])
        records.write(folder, record)
        told = msgspec.structs.replace(
            summary.of_record(record), findings=4, decided=number % 5, figure="4.3 % of the car"
        )
        summary.write(folder, told)
    return tmp_path


@pytest.fixture
def claims(qtbot, background, tmp_path):
    made = ClaimList(background, lambda claim_id: tmp_path / "claims" / claim_id)
    qtbot.addWidget(made)
    made.resize(280, 600)
    made.show()
    return made


def test_of_a_thousand_claims_only_the_rows_in_view_are_painted(thousand, claims, monkeypatch):
    painted, paint = set(), ClaimRow.paint

    def counted(self, painter, option, index):
        painted.add(index.row())
        paint(self, painter, option, index)

    monkeypatch.setattr(ClaimRow, "paint", counted)
    claims.show_claims(library.summaries(thousand))
    claims.list.grab()
    assert claims.model.rowCount() == 1000
    assert 0 < len(painted) < 20


def test_every_word_of_a_search_must_stand_in_a_claim_and_the_chip_narrows_it_down(thousand, claims):
    claims.show_claims(library.summaries(thousand))
    QTest.keyClicks(claims.search, "audi n-00")
    assert [claims.model.index(row).data() for row in range(claims.model.rowCount())] == [
        f"N-00{tens}0" for tens in reversed(range(10))
    ]
    QTest.mouseClick(claims.chips.button(3), Qt.MouseButton.LeftButton)
    assert claims.model.rowCount() == sum(number % 3 == 2 for number in range(0, 100, 10))
    QTest.keyClicks(claims.search, " nothing like it")
    assert claims.model.rowCount() == 0


def test_a_claim_that_cannot_be_read_says_so(tmp_path, claims):
    folder = tmp_path / "claims" / "2026-01-01-0000"
    folder.mkdir(parents=True)
    (folder / "claim.json").write_text("{")
    (found,) = library.summaries(tmp_path)
    assert about(found) == "cannot be read"
    claims.show_claims([found])
    assert "claim.json" in claims.model.index(0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_claim_without_a_number_is_called_by_its_vehicle_or_its_time():
    at = "2020-02-03T12:00:00+00:00"
    assert title_of(summary.ClaimSummary("x", at, fields=ClaimFields(vehicle="Ford Escape 2019 blue metallic"))) == (
        "Ford Escape 2019 blue"
    )
    assert title_of(summary.ClaimSummary("x", at)).startswith("03 Feb 2020")
