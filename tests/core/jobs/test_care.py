"""Jobs are renamed, deleted to the trash, restored and exported; running ones are left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.jobs import care, events, folder, queue
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.project import trash


@pytest.fixture
def job(tmp_path: Path, drawn, tiny_job) -> JobFolder:
    (tmp_path / "photos").mkdir()
    return JobFolder(queue.create(tmp_path, tiny_job(name="first"), drawn(tmp_path / "photos", train=1, val=0)))


def test_a_job_gets_another_name(job: JobFolder):
    care.rename(job.path, " second ")
    assert queue.status(job.path).job.name == "second"
    with pytest.raises(JobError, match="needs a name"):
        care.rename(job.path, " ")


def test_a_deleted_job_can_be_restored(job: JobFolder, tmp_path: Path):
    thrown = care.delete(job.path)
    assert queue.jobs(tmp_path) == []
    assert trash.contents(tmp_path, "jobs") == [thrown]
    trash.restore(thrown)
    assert [one.job.name for one in queue.jobs(tmp_path)] == ["first"]
    with pytest.raises(CarDamageError, match="could not be restored"):
        trash.restore(thrown)


def test_a_running_job_is_left_alone(job: JobFolder):
    folder.record_worker(job.worker, os.getpid(), offset=0)
    events.EventLog(job.events).write("started", step=0)
    for change in (lambda: care.delete(job.path), lambda: care.rename(job.path, "x")):
        with pytest.raises(JobError, match="while it runs"):
            change()


def test_a_job_is_exported_whole_and_never_over_something(job: JobFolder, tmp_path: Path):
    exported = care.export(job.path, tmp_path / "elsewhere" / "first")
    assert JobFolder(exported).job() == job.job()
    assert len(JobFolder(exported).dataset().photos) == 1
    with pytest.raises(JobError, match="is there already"):
        care.export(job.path, exported)


def test_what_is_no_job_is_not_thrown_away(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(JobError, match="is not a job"):
        care.delete(tmp_path / "photos")
    assert (tmp_path / "photos").is_dir()


def test_the_command_line_deletes_restores_and_exports(job: JobFolder, tmp_path: Path, capsys):
    from cardamage_core.commands import main
    from cardamage_core.project import Project

    Project.create(tmp_path).close()
    assert main(["jobs", str(tmp_path), "--rename", "last", "other"]) == 0
    assert main(["jobs", str(tmp_path), "--export", "other", str(tmp_path / "copy")]) == 0
    assert main(["jobs", str(tmp_path), "--delete", "other"]) == 0
    assert main(["jobs", str(tmp_path), "--delete", "other"]) == 1
    assert main(["jobs", str(tmp_path), "--restore", job.id]) == 0
    assert "is back" in capsys.readouterr().out
    assert queue.status(job.path).job.name == "other"
