"""Does a reader that is given a broken file answer with our own error, and soon?

A small number of mutated files per reader here; `CARDAMAGE_FUZZ=10000 pytest tests/core/formats/test_mutations.py` for
the large one.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import shutil

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import KINDS, files, make

from cardamage_core import formats
from cardamage_core.errors import CarDamageError

NUMBER = int(os.environ.get("CARDAMAGE_FUZZ", "25"))
HANG = 5000  # ms
MOST_MEMORY = 600  # MB that all mutations of one reader may add
SNIPPETS = (
    b"", b"0", b"-1", b"1e308", b"1e999", b"NaN", b"Infinity", b"9" * 400, b"null", b"true", b"[]", b"{}", b'""', b'"',
    b"[" * 3000, b'{"a":' * 3000, b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"../../etc/passwd", b"undefined",
    b"&lt;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<a>" * 300, b"*a", b"&a [*a,*a]", b",,,,", b"\r\n", b"'=1", b"65535",
    b"99999999", b"0.5", b"a.png",
)  # fmt: skip
VALUES = st.sampled_from([
    None, True, False, 0, -1, 1.5, 10**9, 10**18, 10**30, 1e308, "", "x", "\u0000", "../x", [], {}, [[]], [None],
    {"": None},    ["x"] * 9, [1] * 9, [[1, 2], [3, 4]], {"counts": [1], "size": [1, 1]}, "9" * 50,
])  # fmt: skip
SETTINGS = settings(
    max_examples=NUMBER,
    deadline=HANG,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=NUMBER < 1000,
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Makes each sample once; gives (path, its files, a file's bytes)."""
    made = {}

    def get(kind):
        if kind not in made:
            path = make(kind, tmp_path_factory.mktemp("sample") / kind)
            made[kind] = (path, [(one, one.read_bytes()) for one in files(path)])
        return made[kind]

    return get


def must_be_ours(path):
    """Read it; what comes can be stored, and what goes wrong is explained."""
    try:
        dataset = formats.read_with_findings(path, photos=path.parent).dataset
    except CarDamageError:
        return
    msgspec.json.decode(msgspec.json.encode(dataset), type=formats.Dataset)


def mutated(data, content):
    """Some bytes taken out, doubled, or replaced by what readers stumble over."""
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.sampled_from([0, 0, 1, 2, 5, 40])))
        content = content[:start] + data.draw(st.sampled_from([*SNIPPETS, content[start:end] * 2])) + content[end:]
    return content


def changed(data, document):
    """A JSON document with some values replaced, keys lost and lists grown."""
    for _ in range(data.draw(st.integers(1, 3))):
        holder = document
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and holder[key] and data.draw(st.integers(0, 9)) < 8:
                holder = holder[key]
                continue
            if data.draw(st.booleans()):
                holder[key] = copy.deepcopy(data.draw(VALUES))
            else:
                del holder[key]
            break
    return document


def with_memory_in_bounds(run):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MEMORY


@pytest.mark.parametrize("kind", KINDS)
def test_broken_bytes_are_explained(sample, kind):
    path, originals = sample(kind)

    @SETTINGS
    @given(data=st.data())
    def run(data):
        one, content = data.draw(st.sampled_from(originals))
        one.write_bytes(mutated(data, content))
        try:
            must_be_ours(path)
        finally:
            one.write_bytes(content)

    with_memory_in_bounds(run)


@pytest.mark.parametrize("kind", KINDS)
def test_broken_values_are_explained(sample, kind):
    path, originals = sample(kind)
    documents = [(one, content) for one, content in originals if content[:1] == b"{"]
    if not documents:
        return

    @SETTINGS
    @given(data=st.data())
    def run(data):
        one, content = data.draw(st.sampled_from(documents))
        one.write_text(json.dumps(changed(data, json.loads(content))))
        try:
            must_be_ours(path)
        finally:
            one.write_bytes(content)

    with_memory_in_bounds(run)


@pytest.mark.parametrize("kind", ["yolo", "voc", "labelme"])
def test_folders_with_lost_files_are_read_or_explained(sample, tmp_path, kind):
    path, originals = sample(kind)
    for number in range(len(originals)):
        copy = tmp_path / str(number)
        shutil.copytree(path, copy)
        (copy / originals[number][0].relative_to(path)).unlink()
        must_be_ours(copy)
