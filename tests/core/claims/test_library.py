"""The list of claims: quick, searchable, honest about what is damaged; a deleted claim is gone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.claims import library, records, summary
from cardamage_core.claims.claim import Claim
from cardamage_core.claims.model import ClaimFields, ClaimRecord
from cardamage_core.errors import ProjectError, ProjectLockedError

from .conftest import draw


def test_a_claim_is_listed_with_its_figure_and_what_is_decided(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder], ClaimFields(number="A-1", vehicle="Golf")) as claim:
        photo = claim.photos()[0].id
        drawn = (Region("car", Rectangle(2, 2, 50, 40), "car"), Region("a", Rectangle(5, 10, 10, 10), "dent"))
        seen = Region("b", Rectangle(30, 10, 10, 10), "dent", origin=Origin("predicted", model="m", score=0.95))
        outlined = (*drawn, seen)
        claim.project.edit_regions(photo, (), outlined, "Draw")
    (one,) = library.summaries(tmp_path / "p")
    assert (one.fields.number, one.state, len(one.photos), one.findings, one.decided) == ("A-1", "new", 2, 2, 1)
    assert one.percent == pytest.approx(10.0)
    assert one.figure.startswith("10.0 % of the car")
    assert (claim.folder / summary.THUMBNAIL).is_file()
    assert summary.matching([one], "golf new") == (one,)
    assert summary.matching([one], "golf done") == ()


def test_a_thousand_claims_are_listed_and_none_is_opened(tmp_path: Path, monkeypatch):
    photo = summary.PhotoHash("1", "a.jpg", "0" * 64, "f" * 64)
    for number in range(1000):
        folder = tmp_path / "claims" / f"c{number:04}"
        folder.mkdir(parents=True)
        record = ClaimRecord(folder.name, "", ClaimFields(number=str(number)))
        (folder / records.RECORD).write_text('{"id": "x", "created": ""}')
        told = msgspec.structs.replace(summary.of_record(record), photos=(photo,) * 10)
        (folder / summary.FILE).write_bytes(msgspec.json.encode(told))
    monkeypatch.setattr("sqlite3.connect", lambda *_args, **_more: pytest.fail("a database was opened"))
    found = library.summaries(tmp_path)
    assert len(found) == 1000
    assert [one.id for one in found[:2]] == ["c0999", "c0998"]


def test_a_claim_that_cannot_be_read_says_so_and_one_without_summary_is_listed(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path, [folder], ClaimFields(number="7")) as claim:
        pass
    (claim.folder / summary.FILE).write_text("{")
    assert library.summaries(tmp_path)[0].fields.number == "7"
    (claim.folder / records.RECORD).write_text("{")
    assert "damaged" in library.summaries(tmp_path)[0].trouble


def test_a_claim_is_deleted_whole_and_not_while_it_is_open(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path, [folder]) as claim:
        with pytest.raises(ProjectLockedError):
            library.delete(claim.folder)
        assert claim.folder.is_dir()
    library.delete(claim.folder)
    assert list((tmp_path / "claims").iterdir()) == []
    with pytest.raises(ProjectError, match="not a claim"):
        library.delete(folder)
    assert folder.is_dir()


def test_what_a_killed_process_left_is_removed(tmp_path: Path):
    (tmp_path / "claims" / ".x.part" / "photos").mkdir(parents=True)
    (tmp_path / "claims" / ".y.deleted").mkdir()
    assert library.summaries(tmp_path) == ()
    library.clean(tmp_path)
    assert list((tmp_path / "claims").iterdir()) == []


def test_a_photo_that_stands_twice_is_told(tmp_path: Path, folder: Path):
    (folder / "copy.jpg").write_bytes((folder / "IMG_2.jpg").read_bytes())
    with Claim.create(tmp_path, [folder], ClaimFields(number="A-1")):
        pass
    other = tmp_path / "other"
    other.mkdir()
    (other / "again.jpg").write_bytes((folder / "IMG_10.jpg").read_bytes())
    draw(other / "new.jpg", 99)
    Image.open(folder / "IMG_10.jpg").resize((320, 240)).save(other / "resized.jpg", quality=60)
    with Claim.create(tmp_path, [other]) as claim:
        said = [(one.code, one.text) for one in claim.warnings() if one.code.startswith("duplicate")]
    assert said == [
        ("duplicate", "resized.jpg looks the same as again.jpg."),
        ("duplicate-elsewhere", "again.jpg is the same file as IMG_10.jpg in claim A-1."),
        ("duplicate-elsewhere", "resized.jpg looks the same as IMG_10.jpg in claim A-1."),
    ]
    first = next(one for one in library.summaries(tmp_path) if one.fields.number == "A-1")
    with Claim.open(library.folder_of(tmp_path, first.id)) as claim:
        said = [one.text for one in claim.warnings() if one.code == "duplicate"]
    assert said == ["IMG_2.jpg is the same file as copy.jpg."]
