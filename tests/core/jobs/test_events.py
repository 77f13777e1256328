"""How does a worker say what happened?"""

from __future__ import annotations

from cardamage_core.jobs import events
from cardamage_core.jobs.events import EventLog


def test_a_reader_goes_on_where_it_stopped_and_waits_for_the_end_of_a_line(tmp_path):
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.write("started", step=0)
    first, offset = events.read(path, 0)
    assert [event["kind"] for event in first] == ["started"]
    with path.open("ab") as file:
        file.write(b'{"kind": "step", "st')
    assert events.read(path, offset) == ([], offset)
    with path.open("ab") as file:
        file.write(b'ep": 1}\n')
    assert events.read(path, offset) == ([{"kind": "step", "step": 1}], path.stat().st_size)


def test_a_new_worker_closes_the_half_line_of_a_killed_one(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"kind":"started"}\n{"kind":"step","st')
    EventLog(path).write("started", step=7)
    told, _ = events.read(path, 0)
    assert [(event["kind"], event.get("step")) for event in told] == [("started", None), ("started", 7)]


def test_nan_is_written_as_null_so_that_every_line_is_json(tmp_path):
    path = tmp_path / "events.jsonl"
    EventLog(path).write("step", loss=float("nan"))
    assert events.read(path, 0)[0][0]["loss"] is None


def test_the_tail_begins_with_a_whole_event(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"kind":"a"}\n{"kind":"b"}\n{"kind":"c"}\n')
    assert events.tail(path, 20) == [{"kind": "c"}]


def test_a_file_that_is_not_there_yet_has_no_events(tmp_path):
    assert events.read(tmp_path / "events.jsonl", 0) == ([], 0)
    assert events.first(tmp_path / "events.jsonl") is None
    assert events.end(tmp_path / "events.jsonl") == 0
