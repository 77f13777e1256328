"""Do the pages under docs/ still say what the window does?"""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_keys_is_that_of_the_actions(built):
    keys_table = script("keys_table")
    page = keys_table.PAGE.read_text("utf-8")
    written = keys_table.with_table(page, keys_table.table(built.window.shortcuts.entries()))
    assert page == written, "run .venv/bin/python scripts/keys_table.py"


def test_every_action_of_every_page_stands_in_the_table(built):
    page = script("keys_table").PAGE.read_text("utf-8")
    offered = [action for part in (built.annotate, built.train, built.inspect) for action in part.offered_actions()]
    assert len(offered) > 60
    assert [action.text for action in offered if f"| {action.text} |" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_the_pages_are_there(page):
    targets = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    assert [one for one in targets if "://" not in one and not (page.parent / one).exists()] == []
