"""Does a training on a real Ray cluster behave as one of this computer, whatever breaks on the way?

One training is started over a wire that is cut and mended, loses its worker, is resumed, loses its node, goes on on the
other one and is stopped; the tests look at what it left here.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from cardamage_core.jobs import events, executors, folder, queue
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.jobs.queue import JobStatus
from cardamage_core.models import registry
from cardamage_core.training import checkpoints

pytestmark = pytest.mark.timeout(1800)
PATIENCE = 600.0  # seconds: only a broken cluster needs them


class Story(NamedTuple):
    folder: JobFolder
    phases: tuple[str, ...]  # what was said while the wire was cut
    killed: JobStatus
    stopped: JobStatus
    node: psutil.Process


@pytest.fixture(scope="module")
def story(ray_cluster, wire, tmp_path_factory, tiny_job, drawn, until) -> Story:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home))
        yield _told(ray_cluster, wire, tmp_path_factory.mktemp("project"), (tiny_job, drawn), until)


def _told(ray_cluster, wire, project: Path, made, until) -> Story:
    tiny_job, drawn = made
    at = JobFolder(queue.create(project, tiny_job(epochs=2000), drawn(project)))

    def reach(what) -> None:
        until(lambda: what() or not queue.status(at.path).live, seconds=PATIENCE, said=lambda: _all_said(at))
        assert what(), _all_said(at)

    try:
        executors.start(at.path, executors.at_address(wire.address))
        reach(lambda: _kinds(at, "loading"))
        wire.cut()
        reach(lambda: _kinds(at, "unreached"))
        phases = (queue.status(at.path).message,)
        wire.mend()
        reach(lambda: checkpoints.latest_step(at.checkpoints) >= 2)
        _worker_of(ray_cluster).kill()
        until(lambda: not queue.status(at.path).live, seconds=PATIENCE, said=lambda: _all_said(at))
        killed = queue.status(at.path)
        executors.resume(at.path)
        reach(lambda: checkpoints.latest_step(at.checkpoints) > killed.checkpoint_step)
        node = _node_of(ray_cluster, _worker_of(ray_cluster))
        ray_cluster.kill_node(node)
        lost_at = checkpoints.latest_step(at.checkpoints)
        reach(lambda: queue.status(at.path).step > lost_at + 2 and len(_kinds(at, "started")) == 3)
        queue.request_stop(at.path)
        until(lambda: not queue.status(at.path).live, seconds=PATIENCE, said=lambda: _all_said(at))
        return Story(at, phases, killed, queue.status(at.path), node)
    finally:
        worker = folder.recorded_worker(at.worker)
        if worker and worker.alive():
            psutil.Process(worker.pid).kill()


def test_the_training_goes_on_while_the_cluster_cannot_be_reached_and_says_so(story):
    assert story.phases == ("The cluster cannot be reached just now; the training goes on there.",)
    assert _kinds(story.folder, "reached")
    assert next(e["step"] for e in _kinds(story.folder, "started")) == 0


def test_a_worker_killed_on_a_node_fails_the_job_in_words(story):
    assert story.killed.state == "failed"
    assert "The worker on the cluster ended without a word" in story.killed.message
    assert story.killed.checkpoint_step >= 2


def test_a_resume_and_a_lost_node_go_on_from_the_newest_checkpoint_that_came_back(story):
    _, resumed, moved = [e["step"] for e in _kinds(story.folder, "started")]
    assert resumed == story.killed.checkpoint_step
    assert moved > resumed
    assert any("The node that trained was lost" in e["text"] for e in _kinds(story.folder, "note"))


def test_every_step_of_a_submission_came_back_once_and_in_order(story):
    told = [e for e in events.read(story.folder.events, 0)[0] if e["kind"] in ("started", "step")]
    runs = [list(run) for kind, run in itertools.groupby(told, lambda e: e["kind"]) if kind == "step"]
    for run in runs:
        steps = [e["step"] for e in run]
        assert steps == list(range(steps[0], steps[0] + len(steps)))
    assert len(runs) == 3


def test_a_stop_ends_it_with_checkpoints_a_model_previews_and_numbers_here(story):
    stopped, at = story.stopped, story.folder
    assert (stopped.state, stopped.checkpoint_step) == ("stopped", stopped.step)
    registry.find(stopped.model, at.models).verify()
    assert checkpoints.best(at.checkpoints) is not None
    assert [path.name for path in at.checkpoints.glob(".*")] == []
    previews = [Path(e["picture"]) for e in _kinds(at, "preview")]
    assert previews
    assert all(path.parent == at.previews and path.is_file() for path in previews)
    assert len((at.path / "metrics.csv").read_text("utf-8").splitlines()) > 2
    assert any("Step" in line for line in queue.log_tail(at.path, 40))


def test_only_the_node_that_died_could_not_remove_what_it_had(story, ray_cluster, until):
    def left() -> set[str]:
        places = ("*/session_2*/cardamage/*", "*/session_2*/logs/cardamage/*")
        return {path.name for place in places for path in ray_cluster.folder.glob(place)}

    until(lambda: len(left()) == 1, seconds=60, said=lambda: str(left()))
    assert f"-{story.folder.id}-2-" in left().pop()


def _kinds(at: JobFolder, kind: str) -> list[events.Event]:
    return [event for event in events.read(at.events, 0)[0] if event["kind"] == kind]


def _worker_of(cluster) -> psutil.Process:
    """The worker that trains on one of the nodes."""
    for process in psutil.process_iter(["cmdline"]):
        said = process.info["cmdline"] or []
        if "cardamage_core.jobs.worker" in said and str(cluster.folder) in " ".join(said):
            return process
    raise AssertionError("no worker trains on the cluster")


def _node_of(cluster, worker: psutil.Process) -> psutil.Process:
    return next(node for node in cluster.nodes if node in worker.parents())


def _all_said(at: JobFolder) -> str:
    return "\n".join(map(str, [queue.status(at.path), *events.tail(at.events)[-5:], *queue.log_tail(at.path, 30)]))
