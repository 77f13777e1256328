"""Rules of the code base that are checked from its source: directions of imports, first lines, lengths."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for name in ("cardamage_core", "cardamage_gui") for path in (ROOT / name).rglob("*.py"))
LONGEST = 450
QT = {"PyQt5", "PyQt6", "PySide2", "PySide6", "qtpy", "pyqtgraph", "qtawesome", "superqt"}
NETWORKS = {"keras", "tensorflow", "torch", "jax"}

# Each room may use those on lower floors and its neighbours; `text` and `errors` lie below everything.
FLOORS = [
    {"errors", "files", "geometry", "processes", "text", "version", "words"},
    {"imaging"},
    {"annotations"},
    {"formats", "assessment"},
    {"project", "models", "evaluation"},
    {"training", "inference", "runtime", "clicks", "review"},
    {"bulk", "claims", "cluster", "jobs"},
    {"report"},
    {"demo", "recipes", "api", "__init__"},
    {"commands"},
    {"__main__"},
]
MRCNN_MAY = {"numpy", "h5py", "keras"}
NETWORKS_MAY = ("mrcnn/", "training/", "jobs/worker.py", "models/recipes/teacher.py", "models/recipes/clicks/")
PAGES = {"annotate", "train", "inspect"}
ENGINE_MAY = {"training", "inference", "jobs", "models", "recipes", "runtime", "clicks", "review"}  # who knows it


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside functions, as absolute names."""
    package = module_of(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names if is_module(f"{stem}.{alias.name}"))


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def room_of(module: str) -> str:
    """`cardamage_core.jobs.worker` → `jobs`; the recipes that make our models train, so they lie above training."""
    if module.startswith("cardamage_core.models.recipes"):
        return "recipes"
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def offenders(paths: list[Path], forbidden: set[str]) -> list[str]:
    return [f"{name_of(p)} imports {m}" for p in paths for m in imports_of(p) if m.split(".")[0] in forbidden]


CORE = [path for path in SOURCES if path.parts[len(ROOT.parts)] == "cardamage_core"]
GUI = [path for path in SOURCES if path.parts[len(ROOT.parts)] == "cardamage_gui"]


def test_core_knows_neither_the_window_nor_qt():
    assert offenders(CORE, QT | {"cardamage_gui"}) == []


def test_the_window_never_imports_a_network():
    assert offenders(GUI, NETWORKS) == []
    assert [m for p in GUI for m in imports_of(p) if m.startswith("cardamage_core.mrcnn")] == []


def test_every_room_of_core_stands_on_a_floor():
    rooms = {room_of(module_of(path)) for path in CORE} - {"mrcnn"}
    assert rooms - set().union(*FLOORS) == set()


def test_no_floor_of_core_uses_one_above_it():
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in CORE
        for module in imports_of(path)
        if module.startswith("cardamage_core.") and "mrcnn" not in (room_of(module), room_of(module_of(path)))
        if floor[room_of(module)] > floor[room_of(module_of(path))]
    ]
    assert wrong == []


def test_the_engine_imports_nothing_of_ours_and_little_else():
    engine = [path for path in CORE if room_of(module_of(path)) == "mrcnn"]
    found = {
        (name_of(path), module)
        for path in engine
        for module in imports_of(path)
        if not module.startswith("cardamage_core.mrcnn")
        if module.split(".")[0] not in MRCNN_MAY | set(sys.stdlib_module_names)
        if not (path.name == "native.py" and module.split(".")[0] in NETWORKS)
    }
    assert found == set()


def test_only_those_who_teach_and_ask_it_know_the_engine():
    users = {room_of(module_of(p)) for p in CORE for m in imports_of(p) if m.startswith("cardamage_core.mrcnn")}
    assert users - {"mrcnn"} <= ENGINE_MAY


def test_only_engine_training_and_workers_import_a_network():
    wrong = offenders(
        [p for p in CORE if not name_of(p).removeprefix("cardamage_core/").startswith(NETWORKS_MAY)], NETWORKS
    )
    assert wrong == []


def test_pages_never_import_each_other():
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in GUI
        for module in imports_of(path)
        if room_of(module_of(path)) in PAGES and module.startswith("cardamage_gui.")
        if room_of(module) in PAGES - {room_of(module_of(path))}
    ]
    assert wrong == []


def test_colours_of_the_window_stand_in_look_only():
    colour = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\s*\d|Qt\.(?:white|black|red|green|blue|gray|yellow)\b")
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in GUI
        if path.name != "look.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if colour.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_begins_with_a_statement_and_stays_short(path: Path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert lines[0].startswith('"""')
    first = (ast.get_docstring(tree_of(path)) or "").splitlines()[0]
    assert first.endswith(".")
    assert "?" not in first


def test_every_package_is_installed():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    packages = {module_of(path) for path in SOURCES if path.name == "__init__.py"}
    assert packages - set(setup["options"]["packages"].split()) == set()


def test_the_set_up_takes_a_tested_version_of_everything():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    extras = setup["options.extras_require"]
    wanted = _packages(setup["options"]["install_requires"] + extras["train"] + extras["test"])
    tested = [line for line in (ROOT / "scripts" / "constraints.txt").read_text("utf-8").splitlines() if "==" in line]
    assert wanted - _packages("\n".join(tested)) - {"cardamage-workbench"} == set()


def _packages(lines: str) -> set[str]:
    said = (line.strip() for line in lines.splitlines())
    return {
        re.split(r"[^\w.-]", line)[0].lower().replace("_", "-") for line in said if line and not line.startswith("#")
    }


def test_no_test_measures_time():
    """Machines differ by a factor of two, and are busy: work is counted here, and timed in `tests/benchmarks`."""
    clocks = re.compile(r"perf_counter|process_time|thread_time|\btime\.time\(")
    but = ("tests/test_architecture.py", "tests/benchmarks/", "tests/attacks/")
    tests = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    assert [name for name, text in tests.items() if not name.startswith(but) and clocks.search(text)] == []


def test_only_the_shared_fixture_knows_what_lies_beside_the_repository():
    """A test that finds its way there by itself would behave otherwise in a plain clone."""
    beside = re.compile(r"\.\./shared|/work/shared|[\"']shared[\"']|CARDAMAGE_WEIGHTS")
    but = ("tests/conftest.py", "tests/test_architecture.py", "tests/benchmarks/")
    tests = [path for path in (ROOT / "tests").rglob("*.py") if not name_of(path).startswith(but)]
    assert [name_of(path) for path in tests if beside.search(path.read_text("utf-8"))] == []
    knowing = [path.read_text("utf-8") for path in SOURCES if beside.search(path.read_text("utf-8"))]
    assert ["shared" in text for text in knowing] == [False]  # the one that reads the variable


@pytest.mark.parametrize(
    "modules",
    [
        "cardamage_gui.__main__, cardamage_gui.app, cardamage_gui.main_window, cardamage_gui.annotate.page,"
        " cardamage_gui.train.page, cardamage_gui.inspect.page",
        "cardamage_core.runtime, cardamage_core.inference.worker",
    ],
    ids=["the window", "the process that predicts"],
)
def test_only_training_loads_a_network(modules: str):
    code = f"import sys\nimport {modules}\nprint(sorted({NETWORKS!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_help_loads_neither_qt_nor_a_network():
    code = (
        "import sys\nfrom cardamage_gui.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted({NETWORKS | QT!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
