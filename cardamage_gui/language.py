"""The language of the window: Qt's translation with a catalogue of ours, English for every text that it lacks.

- `tr("Removed {photos}", photos=…)` is a text of the window.
- `mark("Select")` is a text that a table or the project keeps in English, and `translated` shows later.
- `translated(text)` is a text that comes in English from the core, the edit log or another process.

`scripts/texts.py` lists them all, `resources/language/<language>.json` holds what they are in another language.
"""

from __future__ import annotations

import datetime
import json
import re
import string
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from cardamage_core import files, text

if TYPE_CHECKING:
    from cardamage_core.words import Words

SYSTEM, ENGLISH = "system", "en"
WINDOW, CORE, LABELS = "cardamage", "cardamage.core", "cardamage.labels"  # Qt's contexts
FOLDER = "language"
POINT, CODE = "decimal", "language"  # the keys of the decimal separator and of the language itself
_HOLE = re.compile(r"\{\d*\}")
_FIGURE = r"([\d,.\u202f]+)"
_NUMBER = re.compile(r"(?<=\d)\.(?=\d)")
_PARTS = re.compile(r"( · |\n|(?<=[.?!…])\s+(?=\S))")


def tr(template: str, /, *, sense: str = "", **values: object) -> str:
    """A text in the language chosen, its placeholders filled; `sense` tells apart what English says with one word."""
    found = QCoreApplication.translate(WINDOW, template, sense) or template
    return _FORMATTER.vformat(found, (), values) if values else found


def mark(template: str, *, sense: str = "") -> str:
    """The same text: it is kept in English, listed for translation, and `translated` where it is shown."""
    return template


def translated(sentence: str) -> str:
    """What the core, an edit or another process said, in the language chosen."""
    return (QCoreApplication.translate(CORE, sentence) or sentence) if sentence else ""


def current() -> str:
    """The language that is spoken now."""
    return QCoreApplication.translate(WINDOW, ENGLISH, CODE) or ENGLISH


def label_name(name: str) -> str:
    """What a damage, panel or other name of the models is called; names that only a person gave stay."""
    return (QCoreApplication.translate(LABELS, name) or name) if name else ""


def numeral(figure: str) -> str:
    """A figure with the decimal separator of the language."""
    point = QCoreApplication.translate(WINDOW, ".", POINT)
    return figure if point in (".", "") else _NUMBER.sub(point, figure)


def amount(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 photo", "641 photos"; the nouns are in the catalogue as "{n} photo", "{n} photos"."""
    english = text.amount(number, one, many)
    figure, noun = english.split(" ", 1)
    found = QCoreApplication.translate(WINDOW, "{n} " + noun)
    return found.replace("{n}", figure) if found else english


def percent(value: float | None) -> str:
    """A damage figure, 0…100."""
    return translated("no figure yet") if value is None else numeral(text.percent(value))


def time_left(seconds: float, *, bare: bool = False) -> str:
    """An estimate of time, as `text.time_left`; without "about" where little room is."""
    told = text.time_left(seconds)
    return translated(told.removeprefix("about ") if bare else told)


def moment(at: datetime.datetime, *, today: bool) -> str:
    """A point in time; of today only the hour and minute."""
    return f"{at:%H:%M}" if today else at.strftime(tr("%Y-%m-%d %H:%M"))


def memory(megabytes: float) -> str:
    """Memory with its unit."""
    return numeral(text.memory(megabytes))


class _Formatter(string.Formatter):
    """Fills placeholders; numbers with a format get the language's decimal separator."""

    def format_field(self, value: Any, format_spec: str) -> str:
        made = str(super().format_field(value, format_spec))
        return numeral(made) if isinstance(value, float) else made


_FORMATTER = _Formatter()


class Catalogue:
    """What texts are in one language. `window` and `core` map English to it, of the window and of everything else."""

    def __init__(
        self, window: Mapping[str, str], core: Mapping[str, str], labels: Callable[[], Words] | None = None
    ) -> None:
        self._window, self._core, self._labels = window, core, labels
        self.point = window.get(f"{POINT}|.", ".")
        counted = {
            _counted(english): _counted(meant) for english, meant in window.items() if english.startswith("{n} ")
        }
        known = counted.keys()  # "{n} regions" counts: "{0} regions" would take "Move 3" for a number
        holed = {english: meant for english, meant in core.items() if _HOLE.search(english) and english not in known}
        self._phrases = [_Phrase(english, meant, _FIGURE) for english, meant in counted.items()]
        self._phrases += [_Phrase(english, meant) for english, meant in holed.items()]
        self._phrases.sort(key=lambda phrase: -phrase.weight)
        self.phrase = lru_cache(maxsize=4096)(self._found)

    def text(self, english: str, sense: str = "") -> str | None:
        """A text of the window; None where there is none."""
        return self._window.get(f"{sense}|{english}") if sense else self._exact(english)

    def label(self, name: str) -> str | None:
        """A name that the models know; None where there is none."""
        if self._labels is None:
            return None
        known = self._labels()
        kind = next((kind for kind in ("label", "panel") if known.has(f"{kind}.{name}")), "")
        return known.name(kind, name) if kind else None

    def _found(self, sentence: str) -> str | None:
        """Part by part where all are known, else the whole, else what is known of it; None: nothing is."""
        exact = self._exact(sentence)
        if exact:
            return exact
        parts = _PARTS.split(sentence)
        meant = [part if not re.search(r"\w", part) else self._whole(part) for part in parts]
        if all(meant):
            return "".join(map(str, meant))
        whole = self._whole(sentence) or self._listed(sentence)
        known = any(new and new != old for new, old in zip(meant, parts, strict=True))
        return whole or ("".join(new or old for new, old in zip(meant, parts, strict=True)) if known else None)

    def _listed(self, sentence: str) -> str | None:
        """A list such as "2 missed, 1 phantom", or a title with what it is of, where its first part is known."""
        first, *rest = sentence.split(", ")
        known = self._whole(first) if rest else None
        return ", ".join([known, *(self._whole(part) or part for part in rest)]) if known else None

    def _exact(self, sentence: str) -> str | None:
        return self._core.get(sentence) or self._window.get(sentence) or None

    def _whole(self, sentence: str) -> str | None:
        exact = self._exact(sentence)
        if exact:
            return exact
        for phrase in self._phrases:
            found = phrase.pattern.fullmatch(sentence) if phrase.begins in sentence else None
            if found and (phrase.telling or found[1][:1].isdigit()):
                return phrase.meant.format(*map(self._part, _quoted(found)))
        return None

    def _part(self, part: tuple[str, bool]) -> str:
        """What filled a placeholder: a number, a phrase of its own, or a name in quotation marks, which stays."""
        value, quoted = part
        if quoted:
            return value
        if re.fullmatch(r"[−-]?[\d.]+( %)?", value):
            return _NUMBER.sub(self.point, value)
        if re.fullmatch(r"\d{1,3}(,\d{3})+", value):
            return value.replace(",", "\u202f")
        return self.phrase(value) or value


def _counted(text: str) -> str:
    return text.replace("{n}", "{0}")


class _Phrase:
    """A text with placeholders `{0}`, `{1}` … and the pattern that finds it again."""

    def __init__(self, english: str, meant: str, hole: str = "(.+?)") -> None:
        pieces = _HOLE.split(english)
        self.meant = meant
        self.begins = max(pieces, key=len)
        self.weight = sum(map(len, pieces))
        self.telling = bool(pieces[0]) or len(re.findall(r"[^\W\d_]", "".join(pieces))) > 4  # not just "{0} for {1}"
        self._wanted = hole.join(map(re.escape, pieces))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when it is first tried: a start needs few of a thousand."""
        return re.compile(self._wanted, re.DOTALL)


def _quoted(found: re.Match[str]) -> list[tuple[str, bool]]:
    """Each group of a match with whether a quotation mark stands before it."""
    before = [found.string[max(0, found.start(i) - 1) : found.start(i)] for i in range(1, found.re.groups + 1)]
    return [(value, mark_ == "“") for value, mark_ in zip(found.groups(), before, strict=True)]


class Translator(QTranslator):
    """Hands Qt the texts of a catalogue."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue

    def isEmpty(self) -> bool:
        """Never: Qt leaves empty ones out."""
        return False

    def translate(self, context: Any, source: Any, disambiguation: Any = None, n: int = -1) -> Any:
        """A text of ours; None for everything else."""
        if context == WINDOW:
            return self._catalogue.text(source, disambiguation or "")
        if context == CORE:
            return self._catalogue.phrase(source)
        return self._catalogue.label(source) if context == LABELS else None


def languages() -> tuple[str, ...]:
    """The languages that the window knows, English first."""
    return (ENGLISH, *sorted(path.stem for path in files.resource(FOLDER).glob("*.json")))


def chosen(setting: str) -> str:
    """The language that a setting stands for; a system language without a catalogue is English."""
    name = QLocale.system().name().split("_")[0] if setting == SYSTEM else setting
    return name if name in languages() else ENGLISH


def catalogue_of(language: str) -> Catalogue:
    """The catalogue that comes along."""
    held = json.loads((files.resource(FOLDER) / f"{language}.json").read_text(encoding="utf-8"))
    return Catalogue(held["window"], held["core"] | held["composed"], partial(_words, language))


def _words(language: str) -> Words:
    from cardamage_core import words  # reads TOML: not before a name is shown

    return words.words_of(language if language in words.languages() else ENGLISH)


def install(app: QCoreApplication, setting: str) -> None:
    """Let the window speak a language from now on; what is built already keeps its texts."""
    language = chosen(setting)
    if setting != SYSTEM:
        QLocale.setDefault(QLocale(language))
    if language == ENGLISH:
        return
    app.installTranslator(Translator(catalogue_of(language), app))
    own = QTranslator(app)
    if own.load(f"qtbase_{language}", _qt_folder()):  # standard buttons, file dialogs
        app.installTranslator(own)


def _qt_folder() -> str:
    info: Any = QLibraryInfo
    place = info.LibraryPath.TranslationsPath if hasattr(info, "LibraryPath") else info.TranslationsPath
    return str(info.path(place) if hasattr(info, "path") else info.location(place))
