"""Does any broken file give one clear FormatError and nothing else?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core import formats
from cardamage_core.annotations.model import Dataset
from cardamage_core.errors import FormatError
from cardamage_core.formats.source import PIECE

ENTRY = '{"filename": "a.jpg", "size": 1, "file_attributes": {}, "regions": %s}'
REGION = '{"0": {"shape_attributes": %s, "region_attributes": {}}}'


def via(regions):
    return '{"a.jpg1": ' + ENTRY % regions + "}"


BROKEN = {
    "empty": "",
    "empty object": "{}",
    "empty list": "[]",
    "bare value": "3",
    "text": "filename,size\na.jpg,3",
    "html": "<html>404</html>",
    "cut off": via("{}")[:-5],
    "other json": '{"name": "x", "version": 3}',
    "coco without lists": '{"images": {}, "annotations": 3, "categories": []}',
    "deep": "[" * 100_000,
    "deep inside": via("{}").replace(
        '"file_attributes": {}', '"file_attributes": ' + '{"a":' * 5000 + "1" + "}" * 5000
    ),
    "nan": via(REGION % '{"name": "circle", "cx": NaN, "cy": 1, "r": 1}'),
    "infinity": via(REGION % '{"name": "circle", "cx": 1e999, "cy": 1, "r": 1}'),
    "huge": via(REGION % '{"name": "circle", "cx": 1e200, "cy": 1, "r": 1}'),
    "huge integer": via(REGION % ('{"name": "circle", "cx": 1' + "0" * 5000 + ', "cy": 1, "r": 1}')),
    "text for number": via(REGION % '{"name": "circle", "cx": "one", "cy": 1, "r": 1}'),
    "true for number": via(REGION % '{"name": "circle", "cx": true, "cy": 1, "r": 1}'),
    "missing number": via(REGION % '{"name": "rect", "x": 1, "y": 1, "width": 1}'),
    "uneven points": via(REGION % '{"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1]}'),
    "points as text": via(REGION % '{"name": "polygon", "all_points_x": "12", "all_points_y": "12"}'),
    "unknown shape": via(REGION % '{"name": "star"}'),
    "shape as list": via(REGION % '{"name": ["rect"]}'),
    "no shape": via('{"0": {"region_attributes": {}}}'),
    "attributes as list": via(
        '{"0": {"shape_attributes": {"name": "point", "cx": 1, "cy": 1}, "region_attributes": []}}'
    ),
    "regions as text": via('"none"'),
    "region as number": via("[3]"),
    "entry as number": '{"a": ' + ENTRY % "{}" + ', "b": 3}',
    "name as number": '{"a": ' + ENTRY % "{}" + ', "b": {"filename": 3}}',
    "empty name": '{"a": {"filename": "  ", "regions": {}}}',
    "half a character": via("{}").replace("a.jpg", "\\ud800.jpg"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_explained(tmp_path, name):
    path = tmp_path / "x.json"
    path.write_text(BROKEN[name])
    with pytest.raises(FormatError) as caught:
        formats.read(path)
    assert caught.value.title
    assert "x.json" in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x00" * 100, b"\xff\xfe\x00"])
def test_a_file_that_is_no_text_is_explained(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(FormatError, match=r"x\.json"):
        formats.read(tmp_path / "x.json")


def test_a_missing_file_a_folder_and_an_unknown_format_are_explained(tmp_path):
    with pytest.raises(FormatError, match="missing"):
        formats.read(tmp_path / "nowhere.json")
    with pytest.raises(FormatError, match="a folder without annotations"):
        formats.read(tmp_path)
    with pytest.raises(FormatError, match="no format"):
        formats.write(Dataset(()), tmp_path / "x", format="nonsense")


@pytest.mark.parametrize("before", [-30, -1, 0, 5])
def test_odd_numbers_and_half_characters_are_found_wherever_a_large_file_is_searched(tmp_path, before):
    filling = "x" * (PIECE + before - len('{"k": {"filename": ""'))
    for odd, name in (("12345678901234567890123", "number"), ('"\\ud800"', "broken text")):
        text = '{"k": {"filename": "%s", "x": %s}}' % (filling, odd)  # noqa: UP031
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(FormatError, match=name):
            formats.read(tmp_path / "x.json")


def test_utf_8_with_mark_and_utf_16_are_read(tmp_path):
    text = via("{}").replace("a.jpg", "ü.jpg")
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "x.json").write_text(text, encoding=encoding)
        assert formats.read(tmp_path / "x.json").photos[0].photo.name == "ü.jpg"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["rect", "polygon"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "filename",
                    "size",
                    "regions",
                    "file_attributes",
                    "shape_attributes",
                    "region_attributes",
                    "name",
                    "x",
                    "all_points_x",
                    "a",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(entry=st.dictionaries(st.sampled_from(["size", "regions", "file_attributes", "fileref", "x"]), JSON, max_size=5))
def test_any_json_is_read_and_written_back_or_refused(tmp_path_factory, entry):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps({"k": entry | {"filename": "a.jpg"}}))
    try:
        dataset = formats.read(path)
    except FormatError:
        return
    name = formats.sniff(path)
    formats.write(dataset, path, format=name)
    assert json.loads(path.read_text()) == {"k": entry | {"filename": "a.jpg"}}
    assert formats.read(path) == dataset
