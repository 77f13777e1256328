"""The wording of reports in several languages: one file of plain `key = "text"` lines for each, English as fallback.

A language is a file `resources/words/<language>.toml`. What it lacks is said in English; a name that no file knows,
such as a label that a person made, stays as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache

from . import files
from .errors import CarDamageError

FOLDER, ENGLISH = "words", "en"


class Words:
    """The texts of one language. `words("key", number=3)` fills the placeholders of a text."""

    def __init__(self, language: str, texts: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        self.language = language
        self._texts, self._fallback = texts, fallback

    def __call__(self, key: str, **values: object) -> str:
        """The text under a key; KeyError where not even English has it."""
        return (self._texts.get(key) or self._fallback[key]).format(**values)

    def name(self, kind: str, name: str) -> str:
        """What a label, panel, severity … is called in this language, else its own name."""
        key = f"{kind}.{name}"
        return self._texts.get(key) or self._fallback.get(key) or name

    def has(self, key: str) -> bool:
        """Whether this language itself has a text under a key."""
        return key in self._texts

    def count(self, number: int, noun: str) -> str:
        """A number with its noun, from the keys `one.<noun>` and `many.<noun>`."""
        return self(f"{'one' if number == 1 else 'many'}.{noun}", number=number)

    def decimal(self, value: float, digits: int = 1) -> str:
        """A number with the language's decimal separator."""
        return f"{value:.{digits}f}".replace(".", self("decimal"))


def languages() -> tuple[str, ...]:
    """The languages that come along, English first."""
    found = sorted(path.stem for path in files.resource(FOLDER).glob("*.toml"))
    return (ENGLISH, *(name for name in found if name != ENGLISH))


@lru_cache(maxsize=8)
def words_of(language: str = ENGLISH) -> Words:
    """The texts of a language. CarDamageError for one that there is no file of."""
    if language not in languages():
        raise CarDamageError(f"There is no language “{language}”.", f"There are: {', '.join(languages())}.")
    return Words(language, _read(language), _read(ENGLISH))


def _read(language: str) -> dict[str, str]:
    with (files.resource(FOLDER) / f"{language}.toml").open("rb") as file:
        return {str(key): str(text) for key, text in tomllib.load(file).items()}
