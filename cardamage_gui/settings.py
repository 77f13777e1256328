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

from .language import mark

log = logging.getLogger(__name__)
RECENT = 8


GROUPS = (
    mark("Look"),
    mark("Start"),
    mark("Drawing"),
    mark("Keys"),
    mark("Models"),
    mark("Storage"),
)  # of the settings dialog, in this order


@dataclass(frozen=True)
class Setting:
    """One thing to remember; `text` says in the settings dialog what it is, "" keeps it out of there.

    `choices` are its values (none: any) and `texts` their names, `hint` one more sentence; numbers lie between `least`
    and `most` and have a `unit`.
    """

    name: str
    default: Any
    text: str = ""
    choices: tuple[str, ...] = ()
    group: str = ""
    hint: str = ""
    texts: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""

    @property
    def kind(self) -> type:
        """The type of its values."""
        return type(self.default)


TABLE = {
    setting.name: setting
    for setting in (
        Setting(
            "theme",
            "system",
            mark("Colours"),
            ("system", "dark", "light"),
            mark("Look"),
            mark("Theme of the window"),
            (mark("As the system"), mark("Dark"), mark("Light")),
        ),
        Setting(
            "language",
            "system",
            mark("Language"),
            ("system", "en", "de"),
            mark("Look"),
            mark("Of the window; takes effect at the next start"),
            (mark("As the system"), "English", "Deutsch"),
        ),
        Setting("opacity", 0.22),
        Setting("reopen", True, mark("Open the last project at start"), (), mark("Start")),
        Setting(
            "start_page",
            "last",
            mark("Start page"),
            ("last", "annotate", "train", "inspect"),
            mark("Start"),
            "",
            (mark("The one shown last"), mark("Annotate"), mark("Train"), mark("Inspect")),
        ),
        Setting(
            "unfinished",
            "complete",
            mark("An outline that is left unfinished"),
            ("complete", "keep"),
            mark("Drawing"),
            mark("When another tool, photo or page is chosen"),
            (mark("Is completed"), mark("Waits to be gone on with")),
        ),
        Setting(
            "copies",
            3,
            mark("Daily copies of a project"),
            (),
            mark("Storage"),
            mark("One a day; the oldest go first"),
            least=1,
            most=30,
        ),
        Setting(
            "photo_cache",
            160,
            mark("Memory for photos"),
            (),
            mark("Storage"),
            mark("Photos shown last come back at once"),
            least=40,
            most=4000,
            unit="MB",
        ),
        Setting(
            "model",
            "",
            mark("Model that outlines damage"),
            (),
            mark("Models"),
            mark("Of Outline damage, Pre-label and Inspect"),
        ),
        Setting(
            "engine",
            "onnxruntime",
            mark("Device for predictions"),
            ("onnxruntime", "openvino"),
            mark("Models"),
            mark("OpenVINO is an extra of the installation"),
            (mark("Processor (ONNX Runtime)"), mark("Intel devices (OpenVINO)")),
        ),
        Setting(
            "click_model",
            "automatic",
            mark("Outline by clicks with"),
            ("automatic", "own network", "SAM files", "colours"),
            mark("Models"),
            mark("A pair of SAM files lies in the models folder"),
            (mark("The best there is"), mark("Our network"), mark("SAM files"), mark("Colours alone (GrabCut)")),
        ),
        Setting("recent", []),
        Setting("page", "annotate"),
        Setting("places", []),  # where the work on each project stood, as `annotate.place` writes it
        Setting("geometry", ""),
        Setting("layouts", []),
        Setting("first_steps", False),  # were they shown?
        Setting(
            "preset",
            "CarDamage",
            mark("Keys as in"),
            ("CarDamage", "labelme", "CVAT", "VIA"),
            mark("Keys"),
            mark("What hands know from another program"),
        ),
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
    if setting is None or not isinstance(value, setting.kind) or (isinstance(value, bool) != (setting.kind is bool)):
        return False
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if setting.most:
        return isinstance(value, int) and setting.least <= value <= setting.most
    return not setting.choices or value in setting.choices
