"""Does the window speak the language chosen, and does every text of it go through the translation?"""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from qtpy.QtCore import QCoreApplication, QLocale

from cardamage_core import words
from cardamage_gui import language
from cardamage_gui.language import (
    Catalogue,
    Translator,
    amount,
    label_name,
    numeral,
    percent,
    time_left,
    tr,
    translated,
)

ROOT = Path(__file__).parents[2]
WINDOW = {
    "decimal|.": ",",
    "language|en": "de",
    "Open": "Öffnen",
    "state|Open": "offen",
    "Wrote {file}": "{file} geschrieben",
    "{n} photo": "{n} Foto",
    "{n} photos": "{n} Fotos",
    "{share:.1f} left": "noch {share:.1f}",
}
CORE = {
    "Move vertex": "Eckpunkt bewegen",
    "Delete {0}": "{0} löschen",
    "Rename {0} to {1}": "{0} in {1} umbenennen",
    "The file {0} is damaged.": "Die Datei {0} ist beschädigt.",
    "Take a copy.": "Eine Kopie nehmen.",
    "The label “{0}” is unknown.": "Die Bezeichnung „{0}“ ist unbekannt.",
    "{0} of the photo": "{0} am Foto",
    "no figure yet": "noch kein Wert",
    "about {0} min": "etwa {0} min",
}
# Names, and words that programs tell each other: they are the same in every language.
SAME = {"CarDamage", "{0}{1} – CarDamage", "English", "Deutsch", "Sample project", "Canvas", "Evaluation", "Fusion",
        "Inter",
        "Segoe UI", "Noto Sans", "Cantarell", "Read", "line figure", "Uncaught exception", "needs work", "in review",
        "no region", "own network", "SAM files", "--format=csv,noheader", "no figure yet",
        '<p style="line-height:140%">{0}</p>'}  # fmt: skip


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts():
    return script("texts")


@pytest.fixture
def german(qapp):
    """The application with a small catalogue."""
    translator = Translator(Catalogue(WINDOW, CORE, lambda: words.words_of("de")))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.fixture
def whole_german(qapp):
    """The application as `install` leaves it."""
    translator = Translator(language.catalogue_of("de"))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def test_a_text_is_translated_and_its_placeholders_are_filled(german):
    assert tr("Wrote {file}", file="a.csv") == "a.csv geschrieben"
    assert tr("{share:.1f} left", share=0.25) == "noch 0,2"


def test_what_english_says_with_one_word_is_told_apart(german):
    assert (tr("Open"), tr("Open", sense="state")) == ("Öffnen", "offen")


def test_a_missing_text_is_said_in_english(german):
    assert tr("Nobody translated {this}", this=3) == "Nobody translated 3"
    assert translated("Nobody translated this.") == "Nobody translated this."


def test_without_a_translator_everything_is_english(qapp):
    assert tr("Wrote {file}", file="a.csv") == "Wrote a.csv"
    assert (amount(1, "photo"), percent(12.34), numeral("0.5")) == ("1 photo", "12.3 %", "0.5")
    assert language.current() == "en"


def test_numbers_have_the_decimal_separator_of_the_language(german):
    assert translated("Delete 1,234 photos") == "1\u202f234 Fotos löschen"
    assert (percent(12.34), numeral("0.5 … 0.75"), percent(None)) == ("12,3 %", "0,5 … 0,75", "noch kein Wert")


def test_nouns_are_counted(german):
    assert (amount(1, "photo"), amount(2, "photo")) == ("1 Foto", "2 Fotos")
    assert time_left(480) == "etwa 8 min"


def test_edits_are_told_in_german_with_what_was_drawn_or_moved(whole_german):
    assert translated("Draw polygon") == "Polygon zeichnen"
    assert translated("Move 3 regions") == "3 Bereiche bewegen"
    assert translated("Move region") == "Bereich bewegen"
    assert translated("Paste 2 regions") == "2 Bereiche einfügen"
    assert translated("Duplicate dent") == "dent duplizieren"


def test_sentences_of_the_core_are_found_again_by_their_pattern(german):
    assert translated("Rename dent to a: b") == "dent in a: b umbenennen"
    assert (
        translated("The file /tmp/a.csv is damaged. Take a copy.")
        == "Die Datei /tmp/a.csv ist beschädigt. Eine Kopie nehmen."
    )


def test_a_sentence_that_nobody_translated_stays_beside_those_that_are(german):
    assert translated("Take a copy. Then rest.") == "Eine Kopie nehmen. Then rest."


def test_lists_are_translated_part_by_part(german):
    assert translated("Move vertex, dent") == "Eckpunkt bewegen, dent"


def test_what_fills_a_placeholder_is_translated_too_unless_it_is_quoted(german):
    assert translated("Delete 3 photos") == "3 Fotos löschen"
    assert translated("The label “Move vertex” is unknown.") == "Die Bezeichnung „Move vertex“ ist unbekannt."


def test_names_of_the_models_are_said_in_words_and_those_of_people_stay(german):
    assert (label_name("scratch"), label_name("hood"), label_name("Meins")) == ("Kratzer", "Motorhaube", "Meins")


def test_qts_own_texts_are_left_to_qt(german):
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_the_system_language_is_the_default_and_english_where_there_is_no_other(monkeypatch):
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale("de_AT")))
    assert language.chosen("system") == "de"
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale("fr_FR")))
    assert (language.chosen("system"), language.chosen("de"), language.chosen("xx")) == ("en", "de", "en")


def test_every_language_file_is_one_of_texts_with_the_same_placeholders(texts):
    for name in language.languages()[1:]:
        for section, held in texts.read(name).items():
            for english, meant in held.items():
                assert set(re.findall(r"\{[^}]*\}", english)) == set(re.findall(r"\{[^}]*\}", meant)), (
                    section,
                    english,
                )


def test_every_language_file_is_tidy(texts):
    for path in sorted(texts.LANGUAGES.glob("*.json")):
        told = "run .venv/bin/python scripts/texts.py --tidy"
        assert path.read_text("utf-8") == texts.written(json.loads(path.read_text("utf-8"))), told


def test_no_text_of_the_window_goes_past_the_translation(texts):
    found = [one for one in texts.outside() if one.partition(": ")[2] not in SAME and "platform.py" not in one]
    assert found == [], "wrap it in tr(…), or in mark(…) where it is shown later"


def test_german_says_everything_and_nothing_that_is_gone(texts):
    found = texts.compared("de")
    assert found == {"missing": [], "stale": []}, "see .venv/bin/python scripts/texts.py"


def test_the_whole_window_is_built_in_german(whole_german, built):
    assert [action.text() for action in built.window.menus.bar.actions()] == [
        "Datei",
        "Bearbeiten",
        "Ansicht",
        "Hilfe",
    ]
    entries = {entry.action.id: entry.action for entry in built.window.shortcuts.entries()}
    assert entries["undo"].text == "Rückgängig"
    assert entries["tool_polygon"].text == "Werkzeug Polygon"
