"""Do errors speak in words, never in numbers of the system?"""

import ast
from pathlib import Path

import pytest

from cardamage_core.errors import reason_of

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = {"OSError", "Exception", "BaseException", "FileNotFoundError", "PermissionError", "IsADirectoryError"}


def test_the_reason_of_an_error_of_the_system_has_no_number_and_no_path():
    error = FileNotFoundError(2, "No such file or directory", "/somewhere/photo.jpg")
    assert str(error).startswith("[Errno 2]")
    assert reason_of(error) == "No such file or directory"
    assert reason_of(ValueError("three")) == "three"


def caught(handler: ast.ExceptHandler) -> set[str]:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {one.id for one in types if isinstance(one, ast.Name)}


@pytest.mark.parametrize("package", ["cardamage_core", "cardamage_gui"])
def test_no_message_shows_an_error_of_the_system_as_python_does(package):
    shown = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(handler, ast.ExceptHandler) or handler.name is None or not caught(handler) & SYSTEM:
                continue
            raw = [
                part.lineno
                for part in ast.walk(handler)
                if isinstance(part, ast.FormattedValue)
                and isinstance(part.value, ast.Name)
                and part.value.id == handler.name
            ]
            shown += [f"{path.relative_to(ROOT)}:{line}" for line in raw]
    assert shown == []
