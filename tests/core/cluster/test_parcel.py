"""Do files arrive as they were sent, part by part, and does nothing leave its folder?"""

from __future__ import annotations

import msgspec
import pytest

from cardamage_core.cluster import outbox, parcel
from cardamage_core.cluster.outbox import Inbox, Outbox, Status
from cardamage_core.cluster.parcel import Sender, Source
from cardamage_core.errors import JobError


class Head:
    """What the head node keeps, and the files of a node: `client.Client` without a wire."""

    def __init__(self, logs=None) -> None:
        self.kept: dict[str, bytes] = {}
        self.logs = logs

    def put(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    def read(self, _node: str, name: str, *, most: int) -> bytes:
        data = (self.logs / name).read_bytes()
        assert len(data) <= most
        return data


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(parcel, "PART", 10)


def test_files_of_any_size_arrive_as_they_were(tmp_path, small_parts):
    contents = [b"", b"abc", bytes(range(47)), b"x" * 10, b""]
    sources = []
    for number, content in enumerate(contents):
        (tmp_path / f"{number}").write_bytes(content)
        sources.append(Source(f"in/{number}", tmp_path / f"{number}" if number % 2 else content))
    head = Head()
    sender = Sender(head, "job", sources)
    entries = None
    taken = 0

    def take(number: int) -> bytes:
        sender.feed(taken)
        assert len(head.kept) <= parcel.AHEAD
        return head.kept.pop(parcel.package("job", number))

    def count(number: int) -> None:
        nonlocal taken
        taken = number

    sender.feed(0)
    entries = msgspec.json.decode(head.kept.pop(parcel.package("job", parcel.LIST)), type=list[parcel.Entry])
    names = list(parcel.receive(entries, tmp_path / "there", take, taken=count))
    assert names == [f"in/{number}" for number in range(5)]
    assert [(tmp_path / "there" / name).read_bytes() for name in names] == contents
    assert sender.done


def test_a_second_sender_goes_on_where_the_first_was_ended(tmp_path, small_parts):
    head = Head()
    Sender(head, "job", [Source("a", bytes(range(45)))]).feed(0)
    second = Sender(head, "job", [Source("a", bytes(range(45)))])
    second.begin_at(2)
    second.feed(2)
    assert b"".join(head.kept[parcel.package("job", n)] for n in range(5)) == bytes(range(45))


def test_a_file_that_went_or_changed_is_named(tmp_path):
    with pytest.raises(JobError, match="cannot be sent"):
        Sender(Head(), "job", [Source("a", tmp_path / "none")])
    (tmp_path / "a").write_bytes(b"four")
    sender = Sender(Head(), "job", [Source("a", tmp_path / "a")])
    (tmp_path / "a").write_bytes(b"grown!")
    with pytest.raises(JobError, match="changed while it was sent"):
        sender.feed(0)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a\\b"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="no name of a file"):
        list(parcel.receive([parcel.Entry(name, 0)], tmp_path, lambda _: b"", taken=lambda _: None))


def test_streams_and_files_are_read_as_they_were_written(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "SEGMENT", 7)
    shown = Outbox(tmp_path / outbox.FOLDER / "job")
    inbox = Inbox(Head(tmp_path), "node", "job")
    said = b""
    for number in range(20):
        shown.append("events", b"x" * number)
        said += b"x" * number
    (shown.folder / "a").mkdir()
    (shown.folder / "a" / "file").write_bytes(b"content")
    shown.tell(Status(taken=3), [shown.folder / "a" / "file", shown.folder / "gone"])
    status = inbox.status()
    assert (status.taken, list(status.files), status.files["a/file"].size) == (3, ["a/file"], 7)
    read = b""
    while new := inbox.stream("events", len(read), status.streams["events"]):
        read += new
    assert read == said
