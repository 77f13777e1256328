"""Does a reader that is given a broken file answer with our own error, and soon?

A small number of broken files per reader here (`CARDAMAGE_FUZZ=500` sets another), shrunk when one fails;
`tests/benchmarks/fuzz_formats.py` breaks 10,000 of each, of these samples and of real files.
"""

from __future__ import annotations

import json
import os
import resource
import shutil

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutating import changed, mutated, repainted
from samples import KINDS, files, make

from cardamage_core import formats
from cardamage_core.errors import CarDamageError

NUMBER = int(os.environ.get("CARDAMAGE_FUZZ", "25"))
HANG = 5000  # ms
MOST_MEMORY = 600  # MB that all mutations of one reader may add
SETTINGS = settings(
    max_examples=NUMBER,
    deadline=HANG,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=NUMBER < 1000,
)
RANDOM = st.randoms(use_true_random=False)


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
        dataset = formats.read_with_problems(path, photos=path.parent).dataset
    except CarDamageError:
        return
    msgspec.json.decode(msgspec.json.encode(dataset), type=formats.Dataset)


def with_memory_in_bounds(run):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MEMORY


def broken_files_must_be_ours(path, originals, breaking):
    @SETTINGS
    @given(random=RANDOM, which=st.sampled_from(originals))
    def run(random, which):
        one, content = which
        one.write_bytes(breaking(random, content))
        try:
            must_be_ours(path)
        finally:
            one.write_bytes(content)

    with_memory_in_bounds(run)


@pytest.mark.parametrize("kind", KINDS)
def test_broken_bytes_are_explained(sample, kind):
    broken_files_must_be_ours(*sample(kind), mutated)


@pytest.mark.parametrize("kind", KINDS)
def test_broken_values_are_explained(sample, kind):
    path, originals = sample(kind)
    documents = [(one, content) for one, content in originals if content[:1] == b"{"]
    if documents:
        broken_files_must_be_ours(path, documents, lambda r, text: json.dumps(changed(r, json.loads(text))).encode())


def test_other_pictures_are_explained(sample):
    path, originals = sample("voc")
    broken_files_must_be_ours(path, [(one, data) for one, data in originals if one.suffix == ".png"], repainted)


@pytest.mark.parametrize("kind", ["yolo", "voc", "labelme"])
def test_folders_with_lost_files_are_read_or_explained(sample, tmp_path, kind):
    path, originals = sample(kind)
    for number in range(len(originals)):
        copy = tmp_path / str(number)
        shutil.copytree(path, copy)
        (copy / originals[number][0].relative_to(path)).unlink()
        must_be_ours(copy)
