"""The parts of the canvas stay apart: none reaches into another's privates, and nothing asks which tool there is."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CANVAS = sorted((ROOT / "cardamage_gui" / "canvas").rglob("*.py"))
OTHERS = sorted(path for path in (ROOT / "cardamage_gui").rglob("*.py") if path not in CANVAS)
INNER = ("canvas.controller", "canvas.gestures", "canvas.state", "canvas.painting", "canvas.widget")


def nodes(path):
    return ast.walk(ast.parse(path.read_text("utf-8")))


def of_itself(node):
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


@pytest.mark.parametrize("path", CANVAS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_part_touches_the_privates_of_another(path):
    wrong = [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
        if not of_itself(node.value)
    ]
    assert wrong == []


def test_nothing_outside_knows_the_parts_behind_the_widget():
    wrong = [
        f"{path.name}: {ast.unparse(node)}"
        for path in OTHERS
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(f".{name}." in f".{node.module}." for name in INNER)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [*CANVAS, *OTHERS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_tool_or_gesture_is_asked_for_its_class_or_name(path):
    def about_tools(node):
        return any(word in ast.unparse(node).lower() for word in ("tool", "gesture"))

    asks = [
        ast.unparse(node)
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        if about_tools(node.args[0])
    ]
    compares = [
        ast.unparse(node)
        for node in nodes(path)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "name"
        if about_tools(node.left.value)
    ]
    assert asks + compares == []
