"""`cardamage assess` makes claims of photos without a window; real photos and models in the first test only."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.claims import library
from cardamage_core.claims.claim import Claim
from cardamage_core.commands import main
from cardamage_core.commands.claims import Estimate
from cardamage_core.errors import ModelError

from ..claims.conftest import Answers, draw


def dent(score: float = 0.9) -> list[Region]:
    return [Region("d", Rectangle(5, 5, 20, 20), "dent", origin=Origin("predicted", model="damage", score=score))]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """Let the model give these answers, in order."""

    def give(*given: Any) -> Answers:
        predictor = Answers(*given)
        monkeypatch.setattr("cardamage_core.commands.claims.Predictor", lambda *_: predictor)
        return predictor

    return give


def assessed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any, str]:
    status = main(["assess", "--json", *map(str, arguments)])
    said = capsys.readouterr()
    return status, json.loads(said.out), said.err


FORBIDDEN = """
import os, pathlib, socket

def refuse(*_, **__):
    raise RuntimeError("no network in this test")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.create_connection = refuse
pathlib.Path(os.environ["NO_NETWORK"], str(os.getpid())).touch()
"""


@pytest.fixture
def no_network(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process and those that it starts may connect to nothing; the folder holds a file for each that obeys."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "sitecustomize.py").write_text(FORBIDDEN)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("NO_NETWORK", str(folder))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    return folder


def refuse(*_: object, **__: object) -> None:
    raise RuntimeError("no network in this test")


def test_real_photos_become_a_claim_and_a_report_without_any_network(
    shared: Path, tmp_path: Path, capsys, no_network: Path
):
    photo = min((shared / "data" / "seed" / "test").iterdir())
    status, document, _ = assessed(capsys, photo, "--out", tmp_path, "--claim", "R-1", "--pdf", "--html", "--csv")
    (claim,) = document["claims"]
    assert (status, claim["number"], claim["failed"], len(claim["photos"])) == (0, "R-1", [], 1)
    with Claim.open(Path(claim["folder"]), read_only=True) as opened:
        assert opened.record.fields.number == "R-1"
        assert {region.origin.model for region in opened.regions(opened.photos()[0].id)} <= {"damage", "car-and-panels"}
        assert opened.log[-1].what == "report"
    assert {path.name for path in tmp_path.glob("*.*")} == {"R-1.pdf", "R-1.html", "findings.csv"}
    assert [path for path in no_network.iterdir() if path.name.isdecimal()], "the process that predicts obeyed"


def test_each_sub_folder_is_a_claim_and_a_second_call_goes_on(tmp_path: Path, capsys, answers):
    draw(tmp_path / "in" / "A-1" / "a.jpg", 1)
    draw(tmp_path / "in" / "A-1" / "b.jpg", 2)
    draw(tmp_path / "in" / "A-2" / "c.jpg", 3)
    answers(dent(), ModelError("The process that predicts ended unexpectedly."), [])
    status, document, said = assessed(capsys, tmp_path / "in", "--out", tmp_path / "out", "--csv")
    assert status == 1
    assert [(one["number"], len(one["photos"]), one["failed"]) for one in document["claims"]] == [
        ("A-1", 1, [{"photo": "b.jpg", "problem": "The process that predicts ended unexpectedly."}]),
        ("A-2", 1, []),
    ]
    assert "1/2 1/2 a.jpg: 1 finding, less than a minute left" in said
    assert "2/2 1/1 c.jpg: 0 findings\n" in said
    rows = (tmp_path / "out" / "findings.csv").read_text("utf-8-sig").splitlines()
    assert rows[1].startswith("A-1,a.jpg,1.1,dent,,undetermined,this event,,unreviewed,0.9,")

    draw(tmp_path / "in" / "A-2" / "d.jpg", 4)
    predictor = answers([], [])
    status, document, _ = assessed(capsys, tmp_path / "in", "--out", tmp_path / "out", "--html")
    assert status == 0
    assert "A-2" in (tmp_path / "out" / "A-2.html").read_text("utf-8")
    assert predictor.asked == ["b.jpg", "d.jpg"]
    assert [len(one["photos"]) for one in document["claims"]] == [2, 2]
    assert len(library.summaries(tmp_path / "out")) == 2


def test_an_interrupted_call_says_how_to_go_on_and_the_next_does(tmp_path: Path, capsys, answers):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        draw(tmp_path / "in" / name, ord(name[0]))
    answers(dent(), KeyboardInterrupt())
    status, _, said = assessed(capsys, tmp_path / "in", "--out", tmp_path / "out", "--claim", "1")
    assert status == 130
    assert f"What is done is kept in {tmp_path / 'out'}; call the same command again to go on." in said
    predictor = answers([], [])
    status, document, _ = assessed(capsys, tmp_path / "in", "--out", tmp_path / "out", "--claim", "1")
    assert (status, predictor.asked) == (0, ["b.jpg", "c.jpg"])
    assert len(document["claims"]) == 1


def test_two_cars_whose_photos_are_called_alike_are_two_claims(tmp_path: Path, capsys, answers):
    first, second = draw(tmp_path / "1" / "IMG_1.jpg", 1), draw(tmp_path / "2" / "IMG_1.jpg", 2)
    answers([], [])
    ids = [assessed(capsys, path, "--out", tmp_path / "out")[1]["claims"][0]["id"] for path in (first, second, first)]
    assert ids[0] == ids[2] != ids[1]


def test_a_file_that_is_no_photo_makes_the_command_fail_with_its_reason(tmp_path: Path, capsys, answers):
    answers([])
    (tmp_path / "bad.jpg").write_text("hello")
    photo = draw(tmp_path / "good.jpg")
    status, document, _ = assessed(capsys, photo, tmp_path / "bad.jpg", "--out", tmp_path / "out")
    assert status == 1
    assert document["claims"][0]["failed"] == [{"photo": "", "problem": "bad.jpg is not an image that can be read."}]


def test_what_is_meant_has_to_be_clear(tmp_path: Path, capsys):
    photo = draw(tmp_path / "in" / "a.jpg")
    assert "--out DIR" in assessed(capsys, photo)[1]["error"]["detail"]
    assert "--out DIR" in assessed(capsys, photo.parent)[1]["error"]["detail"]
    assert (
        "one claim" in assessed(capsys, photo, "--out", tmp_path, "--claim", "1", "--claim", "2")[1]["error"]["title"]
    )
    (tmp_path / "many" / "A-1").mkdir(parents=True)
    unknown = assessed(capsys, tmp_path / "many", "--out", tmp_path, "--claim", "B-9")
    assert "no sub-folder B-9" in unknown[1]["error"]["title"]


def test_the_estimate_covers_the_claims_to_come():
    estimate = Estimate([2, 10])
    estimate.begin()
    estimate.expect(2)
    assert estimate.add(60) == ", about 11 min left"
    assert estimate.add(30) == ", about 8 min left"
    estimate.begin()
    estimate.expect(1)
    assert estimate.add(30) == ""
