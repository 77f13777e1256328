"""The log of a claim: bound line by line, honest about what was done to its file, whole again after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.claims.log import FILE, TORN, DecisionLog, chained
from cardamage_core.claims.model import Decision
from cardamage_core.errors import CarDamageError

THREE = [Decision(f"2026-01-0{n}", "ann", "accepted", "p", f"r{n}", after={"score": 0.5 + n}) for n in (1, 2, 3)]


def written(folder: Path) -> DecisionLog:
    log = DecisionLog(folder)
    log.append(THREE[:2])
    log.append(THREE[2:])
    return log


def test_what_was_appended_is_read_again(tmp_path: Path):
    log = written(tmp_path)
    again = DecisionLog(tmp_path)
    assert again.decisions == log.decisions == tuple(chained(THREE, ""))
    assert (again.trouble, again.torn, again.head) == ("", "", log.decisions[2].hash)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b"r2", b"r9", 2),
        (b'"who":"ann"', b'"who":"eve"', 1),
        (b'{"time"', b'{"more":1,"time"', 1),
        (b"1.5", b"1.50", 1),
    ],
)
def test_a_changed_line_is_named_and_nothing_is_repaired(tmp_path: Path, old: bytes, new: bytes, line: int):
    written(tmp_path)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    changed = path.read_bytes()
    log = DecisionLog(tmp_path)
    assert log.trouble == f"Line {line} of {FILE} was changed after it was written."
    assert len(log.decisions) == 3
    log.append(THREE[:1])
    assert path.read_bytes().startswith(changed)
    assert DecisionLog(tmp_path).trouble == log.trouble


def test_lines_taken_out_are_noticed_in_the_middle_and_at_the_end(tmp_path: Path):
    head = written(tmp_path).head
    path = tmp_path / FILE
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + third)
    assert "Line 2" in DecisionLog(tmp_path).trouble
    path.write_bytes(first + second)
    log = DecisionLog(tmp_path)
    assert log.trouble == ""
    log.check_end(head)
    assert "lacks decisions at its end" in log.trouble


def test_a_line_cut_short_by_a_kill_is_put_aside_and_told(tmp_path: Path):
    log = written(tmp_path)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-20])
    assert "was cut short" in DecisionLog(tmp_path, read_only=True).torn
    again = DecisionLog(tmp_path)
    assert "was cut short" in again.torn
    assert again.decisions == log.decisions[:2]
    assert (tmp_path / TORN).read_bytes().startswith(b'{"time":"2026-01-03"')
    again.append(THREE[2:])
    assert DecisionLog(tmp_path).decisions == log.decisions


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log = written(tmp_path)
    before = (tmp_path / FILE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CarDamageError, match="No space left"):
        log.append(THREE[:1])
    assert (tmp_path / FILE).read_bytes() == before
    assert len(log.decisions) == 3
