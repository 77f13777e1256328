"""How are files broken on purpose: bytes, words, lines, values, pictures? The same random numbers, the same file."""

from __future__ import annotations

import copy
import io
import json
import re
from random import Random
from typing import Any

from PIL import Image

SNIPPETS = (
    b"", b"0", b"-1", b"1e308", b"1e999", b"NaN", b"Infinity", b"9" * 400, b"null", b"true", b"[]", b"{}", b'""', b'"',
    b"[" * 3000, b'{"a":' * 3000, b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"../../etc/passwd", b"undefined",
    b"&lt;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<a>" * 300, b"*a", b"&a [*a,*a]", b",,,,", b"\r\n", b"'=1", b"65535",
    b"99999999", b"0.5", b"a.png",
)  # fmt: skip
WORDS = (
    b"0", b"-0", b"-1", b"1e8", b"1e10", b"1e308", b"-1e999", b"NaN", b"4294967296", b"9" * 30, b"0.1", b"1.", b"007",
    b"1_000", b"0x10", b"null", b"true", b"", b"\\u0000", b"\\ud83d", b"CON", b"../..", b"C:\\a\\b.png",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 1.5, 10**9, 10**18, 10**30, 1e308, "", "x", "\u0000", "../x", [], {}, [[]], [None],
    {"": None}, ["x"] * 9, [1] * 9, [[1, 2], [3, 4]], {"counts": [1], "size": [1, 1]}, "9" * 50, float("nan"),
)  # fmt: skip
MODES = ("1", "L", "P", "LA", "RGB", "RGBA", "I;16")
_WORD = re.compile(rb"-?\d[\d.]*|[A-Za-z_]\w*")


def mutated(random: Random, content: bytes) -> bytes:
    """Some bytes taken out, doubled, or replaced by what readers stumble over; or some words by other words."""
    change = random.choice((_bytes_changed, _bytes_changed, _words_changed, _lines_changed))
    for _ in range(random.randint(1, 4)):
        content = change(random, content)
    return content


def changed(random: Random, document: Any) -> Any:
    """A JSON document with some values replaced, keys lost and lists grown."""
    for _ in range(random.randint(1, 3)):
        _one_changed(random, document)
    return document


def repainted(random: Random, content: bytes) -> bytes:
    """Another picture, of any kind and often of the same size."""
    with Image.open(io.BytesIO(content)) as image:
        size = random.choice((image.size, image.size, (1, 1), (random.randint(1, 200), random.randint(1, 200))))
    mode = random.choice(MODES)
    few = Image.frombytes("L", (4, 4), bytes(random.randint(0, 255) for _ in range(16)))
    file = io.BytesIO()
    few.resize(size, Image.Resampling.NEAREST).convert(mode).save(file, "PNG")
    return file.getvalue()


def broken(random: Random, content: bytes) -> bytes:
    """A file broken in one of these ways, as far as it can be."""
    if content[:4] == b"\x89PNG" and random.random() < 0.5:
        return repainted(random, content)
    if content[:1] in (b"{", b"[") and random.random() < 0.5:
        return json.dumps(changed(random, json.loads(content))).encode()
    return mutated(random, content)


def _bytes_changed(random: Random, content: bytes) -> bytes:
    start = random.randint(0, len(content))
    end = min(len(content), start + random.choice((0, 0, 1, 2, 5, 40)))
    return content[:start] + random.choice((*SNIPPETS, content[start:end] * 2)) + content[end:]


def _words_changed(random: Random, content: bytes) -> bytes:
    places = [found.span() for found in _WORD.finditer(content[:200_000])]
    if not places:
        return content
    start, end = random.choice(places)
    return content[:start] + random.choice((*WORDS, content[start:end] + b" " + content[start:end])) + content[end:]


def _lines_changed(random: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[at : at + 1] = random.choice(([], [lines[at]] * 2, [lines[other]], [b""], [lines[at][: len(lines[at]) // 2]]))
    return b"\n".join(lines)


def _one_changed(random: Random, document: Any) -> None:
    holder = document
    while holder:
        key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if isinstance(holder[key], dict | list) and holder[key] and random.randint(0, 9) < 8:
            holder = holder[key]
            continue
        if random.randint(0, 1):
            holder[key] = copy.deepcopy(random.choice(VALUES))
        else:
            del holder[key]
        return
