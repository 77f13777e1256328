"""Where can a training go on from after whatever happened?"""

from __future__ import annotations

import pytest

from cardamage_core.training import checkpoints


def _save(folder, step):
    checkpoints.save(folder, step, lambda path: path.write_text(str(step)))


def _read(_step, path):
    return int(path.read_text())


def test_the_two_newest_are_kept(tmp_path):
    for step in (2, 4, 100):
        _save(tmp_path, step)
    assert [step for step, _ in checkpoints.found(tmp_path)] == [100, 4]
    assert checkpoints.latest_step(tmp_path) == 100


def test_a_damaged_newest_one_is_passed_over_and_named(tmp_path):
    _save(tmp_path, 2)
    _save(tmp_path, 4)
    (tmp_path / "step-00000004.h5").write_text("torn")
    step, passed = checkpoints.restore(tmp_path, _read, damaged=ValueError)
    assert step == 2
    assert [path.name for path in passed] == ["step-00000004.h5"]


def test_a_file_that_holds_another_step_than_its_name_says_is_not_trusted(tmp_path):
    _save(tmp_path, 2)
    (tmp_path / "step-00000002.h5").rename(tmp_path / "step-00000009.h5")
    assert checkpoints.restore(tmp_path, _read, damaged=ValueError)[0] == 0


def test_a_crash_while_writing_leaves_no_checkpoint(tmp_path):
    def crash(path):
        path.write_text("half")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        checkpoints.save(tmp_path / "checkpoints", 2, crash)
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_what_a_killed_worker_left_half_written_is_removed_before_going_on(tmp_path):
    _save(tmp_path, 2)
    (tmp_path / ".step-00000004.h5.x.part").write_text("4")
    assert checkpoints.restore(tmp_path, _read, damaged=ValueError) == (2, [])
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000002.h5"]


def test_a_folder_that_is_not_there_holds_none(tmp_path):
    assert checkpoints.latest_step(tmp_path / "nowhere") == 0
    assert checkpoints.restore(tmp_path / "nowhere", _read, damaged=ValueError) == (0, [])


def test_the_best_one_is_kept_and_a_resume_can_return_to_it(tmp_path):
    for step, score in ((1, 0.2), (2, 0.5), (3, 0.4), (4, 0.5)):
        checkpoints.save(tmp_path, step, lambda path, step=step: path.write_text(f"{step}"))
        checkpoints.keep_best(tmp_path, checkpoints.Best(step, score))
    assert checkpoints.best(tmp_path) == checkpoints.Best(2, 0.5)
    assert (tmp_path / checkpoints.BEST).read_text() == "2"
    assert [step for step, _ in checkpoints.found(tmp_path)] == [4, 3]
    checkpoints.return_to(tmp_path, 2)
    assert [(step, path.read_text()) for step, path in checkpoints.found(tmp_path)] == [(2, "2")]
    checkpoints.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
