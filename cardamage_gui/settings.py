"""Settings that the window remembers between two starts.

One table; one small JSON file in the user's configuration folder, written atomically at each change. A damaged file is
put aside and the defaults are used.
"""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, Signal

from cardamage_core import files
from cardamage_core.errors import CarDamageError

log = logging.getLogger(__name__)
RECENT = 8


@dataclass(frozen=True)
class Setting:
    """One thing to remember; `text` says in the settings dialog what it is, "" keeps it out of there."""

    name: str
    default: Any
    text: str = ""
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> type:
        """The type of its values."""
        return type(self.default)


TABLE = {
    setting.name: setting
    for setting in (
        Setting("theme", "system", "Colours", ("system", "dark", "light")),
        Setting("opacity", 0.22, "Opacity of masks"),
        Setting(
            "click_model",
            "automatic",
            "Outline by clicks with",
            ("automatic", "own network", "SAM files", "colours"),
        ),
        Setting("reopen", True, "Open the last project at start"),
        Setting("recent", []),
        Setting("page", "annotate"),
        Setting("photos", []),  # [project folder, id of the photo shown last], the last one first
        Setting("geometry", ""),
        Setting("layouts", []),
        Setting("first_steps", False),  # were they shown?
        Setting("preset", "CarDamage", "", ("CarDamage", "labelme", "CVAT", "VIA")),
        Setting("keys", []),
        Setting("report_folder", ""),
    )
}


class Settings(QObject):
    """The remembered values; `changed` names the one that changed."""

    changed = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values = _read(path)

    def get(self, name: str) -> Any:
        """The value, or its default."""
        return self._values.get(name, TABLE[name].default)

    def set(self, name: str, value: Any) -> None:
        """Remember a value. A disk that refuses is no reason to stop working: it is logged."""
        assert isinstance(value, TABLE[name].kind), f"{name} must be {TABLE[name].kind.__name__}"
        if value == self.get(name):
            return
        self._values[name] = value
        self._write()
        self.changed.emit(name)

    def remember_project(self, folder: Path) -> None:
        """Put a project on top of the recent ones."""
        others = [other for other in self.get("recent") if other != str(folder)]
        self.set("recent", [str(folder), *others][:RECENT])

    def remember_photo(self, folder: Path, photo: str) -> None:
        """Which photo of a project was shown last."""
        others = [other for other in self.get("photos") if other[:1] != [str(folder)]]
        self.set("photos", [[str(folder), photo], *others][:RECENT])

    def photo_of(self, folder: Path) -> str:
        """The photo of a project that was shown last, "" where that is not known."""
        known = (entry for entry in self.get("photos") if isinstance(entry, list) and len(entry) == 2)
        return next((str(photo) for place, photo in known if place == str(folder)), "")

    def recent(self) -> tuple[Path, ...]:
        """Recent projects that are still there, the last one first."""
        return tuple(path for path in map(Path, self.get("recent")) if (path / "project.cardamage").is_file())

    def _write(self) -> None:
        data = json.dumps(self._values, indent=1, ensure_ascii=False, sort_keys=True).encode()
        try:
            files.write_atomic(self._path, data)
        except CarDamageError as error:
            log.info("Settings are not remembered: %s", error)


def default_path() -> Path:
    """Where settings lie for this user."""
    import platformdirs

    return platformdirs.user_config_path("cardamage", appauthor=False) / "settings.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    except (ValueError, RecursionError):
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".damaged"))
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if _fits(name, value)}


def _fits(name: str, value: Any) -> bool:
    setting = TABLE.get(name)
    if setting is None or not isinstance(value, setting.kind):
        return False
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return not setting.choices or value in setting.choices
