"""Lists every text of the window and of the core that a language file translates, and compares it with such a file.

.venv/bin/python scripts/texts.py            what German lacks and what no text needs any more
.venv/bin/python scripts/texts.py --missing  the missing texts alone, as JSON with empty translations
.venv/bin/python scripts/texts.py --tidy     sort the file and drop the stale lines

- texts of the window: the first argument of `tr`, and `{n} noun` for each `amount(number, "noun")`
- marked texts: the argument of `mark`; their placeholders are numbered, as in `Move {0}`
- texts of the core: what errors, problems and tables of its rooms say (`ROOMS`), with numbered placeholders
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUI, CORE = ROOT / "cardamage_gui", ROOT / "cardamage_core"
LANGUAGES = ROOT / "resources" / "language"
COMPARED = ("window", "core")  # with what the code says
SECTIONS = (*COMPARED, "composed")  # sentences that the core puts together: they stand nowhere as one
# What of the core the window shows. Command line, demonstration, networks and recipes speak English.
ROOMS = (
    "errors.py", "files.py", "text.py", "imaging.py", "annotations", "assessment", "claims", "clicks", "cluster",
    "evaluation", "formats", "inference", "jobs", "models", "mrcnn/presets.py", "project", "review", "training",
)  # fmt: skip
WITHOUT = ("models/recipes", "clicks/simulation.py", "jobs/tensorboard.py", "models/download.py")
NO_TEXT = {"join", "startswith", "endswith", "replace", "split", "partition", "removeprefix", "get", "compile", "match",
           "execute", "executemany", "executescript", "debug", "info", "warning", "exception", "getLogger",
           "setObjectName", "setProperty", "set_property", "set_role", "fullmatch", "sub", "search", "strptime",
           "TypeVar", "find_spec", "Literal", "import_module", "resource", "getattr", "hasattr", "encode",
           "add_argument", "frame", "evaluate", "NamedTuple", "namedtuple", "rglob", "glob"}  # fmt: skip
# Sentences to the eye, but names and patterns that only programs compare.
UNSEEN = {"10px Sans", "capture one", "creation task", "damaged {0}.cardamage{1}", "id, at, text, photo, kinds, undone",
          "locking protocol", "not a database", "of.visible car", "paint shop", "predictor pipe", "timed out",
          "project {0}.cardamage", "stable diffusion", "tuple[AnnotatedPhoto, ...]", "unable to open"}  # fmt: skip
NATIVE = {"ValueError", "TypeError", "RuntimeError", "AssertionError", "NotImplementedError", "KeyError", "OSError"}
KEY = re.compile(r"((Ctrl|Shift|Alt|Meta)\+)+\S+|F\d+|Del|Esc|Tab|Left|Right")
SHOWING = {"setText", "setToolTip", "setStatusTip", "setAccessibleName", "setPlaceholderText", "setWindowTitle",
           "addAction", "addMenu", "button", "label", "section", "setTitle", "say", "tell", "addItem"}  # fmt: skip


@cache
def _tree(path: Path) -> tuple[ast.Module, dict[ast.AST, ast.AST]]:
    tree = ast.parse(path.read_text("utf-8"))
    return tree, {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def window_texts() -> set[str]:
    """What `tr` and `amount` ask for; a sense stands before a bar: "button|Start"."""
    found = {"decimal|.", "language|en"}
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(_tree(path)[0]):
            if isinstance(node, ast.Call):
                found |= set(_called(node))
    return found


def marked_texts() -> set[str]:
    """What `mark` keeps in English; those with a sense belong to the window."""
    found = set()
    for path in sorted(GUI.rglob("*.py")):
        calls = (node for node in ast.walk(_tree(path)[0]) if isinstance(node, ast.Call))
        found |= {_template(node.args[0]) for node in calls if _name(node) == "mark" and not node.keywords}
    return found


def core_texts() -> set[str]:
    """Sentences of the core that may come to the window."""
    return {_template(node) for path in _core_files() for node in _strings(path) if _is_sentence(node, path)}


def all_texts() -> dict[str, set[str]]:
    """The texts by section of a language file; each stands in one."""
    window = window_texts()
    return {"window": window, "core": (marked_texts() | core_texts()) - window - UNSEEN}


def outside() -> list[str]:
    """Texts in the window's code that go past the translation, with their places."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}: {_template(node)}"
        for path in sorted(GUI.rglob("*.py"))
        for node in _strings(path)
        if not _within(node, path, {"tr", "mark", "amount", *NO_TEXT, *NATIVE})
        if not _is_told_to_programs(node, path)
        if looks_like_text(_template(node)) or (_is_shown(node, path) and re.search(r"[A-Za-z]{2}", _bare(node)))
    ]


def looks_like_text(text: str) -> bool:
    """Whether people are meant to read it: several words, or one that begins like a sentence."""
    bare = re.sub(r"\{[^}]*\}", "", text)
    if KEY.fullmatch(text) or "://" in bare or re.search(r"[\\<>^]|%\(", bare):
        return False
    if re.fullmatch(r"[A-Z][a-z…]+[.?…]?", bare.strip()):
        return True
    if re.fullmatch(r"[\w.\-/:*]+", bare.strip()):
        return False
    return bool(re.search(r"[A-Za-z]{2,}[ ,…?]|[ ][A-Za-z]{2}", bare))


def compared(language: str) -> dict[str, list[str]]:
    """What a language lacks and what it says of texts that are gone."""
    held, wanted = read(language), all_texts()
    missing = [one for section in COMPARED for one in sorted(wanted[section]) if not held[section].get(one)]
    stale = [one for section in COMPARED for one in sorted(held[section]) if one not in wanted[section]]
    return {"missing": missing, "stale": stale}


def read(language: str) -> dict[str, dict[str, str]]:
    """A language file."""
    held: dict[str, dict[str, str]] = json.loads((LANGUAGES / f"{language}.json").read_text("utf-8"))
    return held


def written(held: dict[str, dict[str, str]]) -> str:
    """A language file as text: sorted, a line for each text, so that additions of two branches seldom meet."""
    sections = {name: {key: held[name][key] for key in sorted(held[name], key=_order)} for name in SECTIONS}
    return json.dumps(sections, ensure_ascii=False, indent=1) + "\n"


def _order(text: str) -> tuple[str, str]:
    return text.casefold(), text


def _order(text: str) -> tuple[str, str]:
    return text.casefold(), text


def _core_files() -> list[Path]:
    found = [
        path for room in ROOMS for path in ([CORE / room] if room.endswith(".py") else (CORE / room).rglob("*.py"))
    ]
    return sorted(one for one in found if not one.relative_to(CORE).as_posix().startswith(WITHOUT))


def _called(node: ast.Call) -> Iterator[str]:
    name = _name(node)
    if name == "tr" and node.args:
        for part in ast.walk(node.args[0]):  # both of `tr(a if … else b)`
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                yield f"{_sense(node)}{part.value}"
    elif name == "mark" and node.keywords:
        yield f"{_sense(node)}{_template(node.args[0])}"
    elif name == "amount" and len(node.args) > 1 and all(isinstance(one, ast.Constant) for one in node.args[1:]):
        nouns = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
        yield from (f"{{n}} {noun}" for noun in (nouns[0], nouns[1] if len(nouns) > 1 else f"{nouns[0]}s"))


def _sense(node: ast.Call) -> str:
    given = (one.value for one in node.keywords if one.arg == "sense")
    return next((f"{one.value}|" for one in given if isinstance(one, ast.Constant)), "")


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _strings(path: Path) -> Iterator[ast.expr]:
    """String literals and f-strings that are no docstrings, no parts of others and no annotations."""
    tree, parents = _tree(path)
    for node in ast.walk(tree):
        above = parents.get(node)
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not (text or isinstance(node, ast.JoinedStr)) or isinstance(above, ast.Expr | ast.Subscript):
            continue
        if isinstance(above, ast.JoinedStr) or (isinstance(above, ast.FormattedValue) and above.format_spec is node):
            continue
        assert isinstance(node, ast.expr)
        yield node


def _template(node: ast.AST) -> str:
    """The text with numbered placeholders."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    number, made = 0, ""
    for part in node.values:
        made += str(part.value) if isinstance(part, ast.Constant) else f"{{{number}}}"
        number += not isinstance(part, ast.Constant)
    return made


def _bare(node: ast.AST) -> str:
    return re.sub(r"\{\d*\}", "", _template(node))


def _above(node: ast.AST, path: Path) -> Iterator[ast.AST]:
    parents = _tree(path)[1]
    while node in parents:
        node = parents[node]
        yield node


def _within(node: ast.AST, path: Path, names: set[str]) -> bool:
    """Whether a call of one of these names takes it, up to the statement or function that it stands in."""
    for above in _above(node, path):
        if isinstance(above, ast.Call) and _name(above) in names:
            return True
        if isinstance(above, ast.stmt | ast.Lambda):
            return False
    return False


def _is_told_to_programs(node: ast.AST, path: Path) -> bool:
    """Asserts, comparisons, keys of dicts and what keyword arguments of that kind name."""
    for above in _above(node, path):
        if isinstance(above, ast.Assert | ast.Compare | ast.match_case):
            return True
        if isinstance(above, ast.keyword) and above.arg in (
            "role",
            "icon",
            "action",
            "key",
            "scope",
            "sense",
            "prefix",
        ):
            return True
        if isinstance(above, ast.Dict) and any(node is key for key in above.keys):
            return True
        if isinstance(above, ast.stmt):
            return False
    return False


def _is_shown(node: ast.AST, path: Path) -> bool:
    """Whether it is the first argument of something that shows it."""
    above = next(_above(node, path), None)
    return isinstance(above, ast.Call) and _name(above) in SHOWING and bool(above.args) and above.args[0] is node


def _is_sentence(node: ast.AST, path: Path) -> bool:
    text = _template(node)
    bare = re.sub(r"\{\d*\}", "", text)
    if not looks_like_text(text) or len(re.findall(r"[A-Za-z]{2,}", bare)) < 2 or "_" in bare or text.startswith("--"):
        return False
    if text.startswith("| ") or re.search(r"\b(SELECT|INSERT|CREATE|UPDATE|DELETE|PRAGMA|BEGIN|WHERE|AND)\b", bare):
        return False
    if any(isinstance(above, ast.Assert) for above in _above(node, path)):
        return False
    return not _within(node, path, NO_TEXT | NATIVE)


def _main(arguments: list[str]) -> None:
    held, found = read("de"), compared("de")
    if "--missing" in arguments:
        sys.stdout.write(json.dumps(dict.fromkeys(found["missing"], ""), ensure_ascii=False, indent=1) + "\n")
        return
    if "--tidy" in arguments:
        kept = {name: {k: v for k, v in held[name].items() if k not in found["stale"]} for name in SECTIONS}
        (LANGUAGES / "de.json").write_text(written(kept), "utf-8")
    for word, texts in found.items():
        sys.stdout.write("\n  ".join([f"{word}: {len(texts)}", *texts]) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
