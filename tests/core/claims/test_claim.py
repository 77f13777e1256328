"""A claim: made whole or not at all, its findings, fields and state, and that no edit bypasses its log."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cardamage_core.annotations.model import Label, Origin, Rectangle, Region
from cardamage_core.claims import findings
from cardamage_core.claims.claim import Claim
from cardamage_core.claims.model import ClaimFields
from cardamage_core.errors import CarDamageError, ProjectError
from cardamage_core.project import Project

from .conftest import draw


def dent(key: str, x: float, score: float | None = None, label: str = "dent") -> Region:
    origin = Origin("predicted", model="m", score=score) if score is not None else Origin()
    return Region(key, Rectangle(x, 10, 10, 10), label, origin=origin)


def test_a_claim_holds_copies_of_its_photos_and_says_what_it_refused(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder], ClaimFields(number="A-1"), who="ann") as claim:
        photos = claim.photos()
        assert [photo.name for photo in photos] == ["IMG_2.jpg", "IMG_10.jpg"]
        assert claim.path_of(photos[0]).read_bytes() == (folder / "IMG_2.jpg").read_bytes()
        assert len(photos[0].sha256) == 64
        assert [one.text.split(" ")[0] for one in claim.refused] == ["note.jpg"]
        assert {"scratch": "damage", "car": "car", "hood": "part", "number plate": "private"}.items() <= {
            label.name: label.role for label in claim.labels()
        }.items()
        assert [one.what for one in claim.log] == ["created", "photos added", "photos added", "photos added"]
        assert not claim.project.undo_text
        assert claim.problems() == ()


@pytest.mark.parametrize("fails", [0, 2, 4, 6])
def test_a_full_disk_leaves_no_half_claim(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, fails: int):
    fsync, calls = os.fsync, iter(range(1000))

    def full(descriptor: int) -> None:
        if next(calls) == fails:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ProjectError, match=r"could not be made.*No space left"):
        Claim.create(tmp_path / "p", [folder])
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(folder.iterdir())


def test_there_is_no_claim_without_a_photo(tmp_path: Path, folder: Path):
    with pytest.raises(ProjectError, match=r"no photo.*note\.jpg is not an image"):
        Claim.create(tmp_path / "p", [folder / "note.jpg"])
    assert not [path for path in (tmp_path / "p").rglob("*") if path.is_file()]


def test_every_edit_is_logged_whoever_makes_it(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder], who="ann") as claim:
        place, photo = claim.folder, claim.photos()[0].id
        begun = len(claim.log)
        seen = (dent("a", 0, 0.95), dent("b", 30, 0.4))
        claim.project.edit_regions(photo, (), seen, "Outline damage")
        claim.project.edit_regions(photo, seen, findings.decided(seen, ["a"], "rejected"), "Reject")
        claim.project.undo()
        claim.project.redo()
        now = claim.regions(photo)
        claim.project.edit_regions(photo, now, findings.changed(now, ["b"], severity="minor", note="old"), "Say")
    with Project.open(place) as project:  # not through the claim
        project.edit_regions(
            photo, project.regions(photo), findings.decided(project.regions(photo), ["b"], "accepted"), "x"
        )
    with Claim.open(place, who="bob") as claim:
        told = claim.log[begun:]
        assert [one.what for one in told] == ["outlined", "rejected", "undone", "redone", "changed", "accepted"]
        assert [one["id"] for one in told[0].after["regions"]] == ["a", "b"]
        assert (told[1].before, told[1].after) == ({"review": "unreviewed"}, {"review": "rejected"})
        assert told[4].after == {"severity": "minor", "note": "old"}
        assert claim.problems() == ()


def test_a_log_that_cannot_be_written_keeps_no_edit_and_gets_it_later_once(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        photo = claim.photos()[0].id
        with monkeypatch.context() as patched:
            patched.setattr(claim.project, "drop_journal", refuse)  # killed after the log, before the journal
            claim.project.edit_regions(photo, (), (dent("a", 0),), "Draw")
        assert [one.text for one in claim.problems()] == ["The disk is full."]
        assert len(claim.regions(photo)) == 1
    with Claim.open(claim.folder) as again:
        assert [one.region for one in again.log if one.what == "outlined"] == ["a"]
        assert again.problems() == ()
        assert again.project.journal() == ()


def refuse(*_: object, **__: object) -> None:
    raise CarDamageError("The disk is full.")


def test_findings_keep_their_numbers(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        first, second = (photo.id for photo in claim.photos())
        outlined = (
            Region("car", Rectangle(0, 0, 80, 40), "car"),
            Region("hood", Rectangle(0, 0, 20, 20), "hood"),
            dent("a", 5, 0.95),
            dent("b", 40, 0.3),
            dent("c", 60, 0.92),
        )
        claim.project.edit_regions(second, (), outlined, "Outline damage")
        found = claim.findings(0.5)
        assert [one.number for one in found] == ["2.1", "2.2"]
        assert (found[0].panel, found[0].of_panel) == ("hood", 25.0)
        assert found[0].of_car == pytest.approx(100 * 100 / 3200)
        assert found[1].panel == ""
        claim.project.edit_regions(second, outlined, (*outlined[:2], *outlined[3:], dent("d", 20)), "x")
        # what the project's threshold does not list yet has the last number
        assert [one.number for one in claim.findings(0.2)] == ["2.4", "2.2", "2.3"]
        claim.project.undo()
        assert [one.number for one in claim.findings(0.2)] == ["2.1", "2.4", "2.2"]
        assert claim.findings(photo=first) == ()
    with Claim.open(claim.folder, read_only=True) as reader:
        assert [one.number for one in reader.findings(0.5)] == ["2.1", "2.2"]
        with pytest.raises(ProjectError, match="reading only"):
            reader.set_state("done")


def test_fields_state_and_views_are_kept_and_logged(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        photo = claim.photos()[0].id
        claim.change_fields(ClaimFields(number="7", plate="B-AB 1"))
        claim.set_state("done")
        claim.set_state("in review")
        claim.tick_view("plate", photo)
        claim.set_state("in review")  # nothing changes
        assert [(one.what, one.after) for one in claim.log[-4:]] == [
            ("fields", {"number": "7", "plate": "B-AB 1"}),
            ("state", {"state": "done"}),
            ("state", {"state": "in review"}),
            ("fields", {"view: plate": photo}),
        ]
    (claim.folder / "claim.json").write_text(f'{{"id": "{claim.id}", "created": "", "state": "done"}}')
    with Claim.open(claim.folder) as again:
        assert (again.record.state, again.record.fields.number) == ("in review", "7")
        assert [one.code for one in again.problems()] == ["claim-log"]


def test_views_are_proposed_until_somebody_ticks_them(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        far, near = (photo.id for photo in claim.photos())
        assert claim.proposed_views() == {}
        claim.project.edit_regions(far, (), (Region("car", Rectangle(4, 4, 70, 50), "car"), dent("a", 20)), "Draw")
        claim.project.edit_regions(near, (), (dent("b", 20),), "Draw")
        assert claim.proposed_views() == {"damage far": far, "damage near": near}
        claim.tick_view("damage far", near)
        assert claim.proposed_views() == {"damage near": near}
        assert {one.code for one in claim.warnings(photo=near)} >= {"close-up", "small"}
        assert "close-up" not in {one.code for one in claim.warnings(photo=far)}


def test_an_unknown_word_for_a_finding_is_refused():
    with pytest.raises(CarDamageError, match="no severity"):
        findings.changed((dent("a", 0),), ["a"], severity="terrible")  # type: ignore[arg-type]


def test_a_photo_that_is_replaced_or_removed_is_told(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        claim.add_photos([draw(tmp_path / "more.jpg", 5)])
        first, second, third = (claim.path_of(photo) for photo in claim.photos())
        first.write_bytes(second.read_bytes())
        third.write_bytes(second.read_bytes())
        second.unlink()
    with Claim.open(claim.folder) as again:
        assert [one.code for one in again.problems()] == ["replaced-photo", "vanished-photo", "replaced-photo"]


def test_a_claim_that_is_moved_is_the_same(tmp_path: Path, folder: Path):
    with Claim.create(tmp_path / "p", [folder]) as claim:
        claim.project.edit_labels(claim.labels(), (*claim.labels(), Label("rust", "#ffffff")), "Add label")
    moved = shutil.move(claim.folder, tmp_path / "elsewhere")
    with Claim.open(Path(moved)) as again:
        assert again.log[-1].after["name"] == "rust"
        assert all(again.path_of(photo).is_file() for photo in again.photos())
