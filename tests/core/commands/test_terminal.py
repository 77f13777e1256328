"""Progress and tables, as a terminal and as a file see them."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from cardamage_core.commands import Output, terminal


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch):
    """What a terminal 60 columns wide is sent."""
    for name in ("NO_COLOR", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    return Terminal()


def without_codes(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_a_file_gets_a_plain_line_now_and_then(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with terminal.bar_for(Output(stderr=stream)) as bar:
        for step in range(21):
            now[0] += 1.0
            bar.show("Reading a.json", step / 20)
        bar.say("Done [all].")
    assert stream.getvalue() == "Reading a.json: 0%\nReading a.json: 50%\nReading a.json: 100%\nDone [all].\n"


def test_a_terminal_gets_a_bar_that_vanishes_before_a_sentence(screen):
    with terminal.bar_for(Output(stderr=screen)) as bar:
        for share in (0.25, 0.5):
            bar.show("Reading [a].json", share)
            time.sleep(terminal.A_BLINK)
        bar.say("Half of it.")
        before, after = screen.getvalue().split("Half of it.\n")
        bar.show("", 0.6)
    assert screen.getvalue().endswith(after)
    lines = without_codes(before).splitlines()
    assert any(re.fullmatch(r"Reading \[a\]\.json █+.* 50% .*", line.strip()) for line in lines)
    assert re.search(r"\r {50,}\r$", before)  # the line is cleared


def test_work_of_unknown_length_is_a_line_without_bar_cut_to_the_terminal(screen):
    with terminal.bar_for(Output(stderr=screen)) as bar:
        bar.show("epoch 1 " + 100 * "x")
        time.sleep(terminal.A_BLINK)
        bar.show("epoch 2 " + 100 * "x")
    lines = [line.strip("\r") for line in without_codes(screen.getvalue()).splitlines()]
    assert "epoch 2 " + 51 * "x" + "…" in lines
    assert max(map(len, lines)) == 60


def test_a_terminal_that_hung_up_stops_no_work():
    class Gone(Terminal):
        def write(self, text):
            raise BrokenPipeError

    gone = Gone()
    with terminal.bar_for(Output(stderr=gone)) as bar:
        bar.show("Reading", 0.5)
        bar.say("Done.")


def test_a_terminal_that_cannot_move_gets_plain_lines(screen, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    with terminal.bar_for(Output(stderr=screen)) as bar:
        bar.show("Reading", 0.5)
    assert screen.getvalue() == "Reading: 50%\n"


def test_what_is_over_in_a_moment_shows_nothing(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with terminal.bar_for(Output(stderr=stream)) as bar:
        tell = terminal.shares(bar, "Writing")
        tell(0.5)
        assert stream.getvalue() == ""
        now[0] += terminal.A_MOMENT
        tell(0.75)
    assert stream.getvalue() == "Writing: 75%\n"


def test_a_table_in_a_file_is_plain_text_of_any_width():
    rows = [("a [b].jpg", 3, "x" * 300), ("ü.jpg", 12, "")]
    assert terminal.table(("photo", "regions", "what"), rows, right=("regions",)) == (
        f"photo      regions  what\na [b].jpg        3  {'x' * 300}\nü.jpg           12"
    )
    assert terminal.table(("photo",), []) == "photo"


def test_wide_and_combining_characters_keep_the_columns():
    rows = [("漢字.jpg", "a"), ("u\u0308.jpg", "b"), ("a\nbc", "d")]
    assert terminal.table(("photo", "x"), rows) == "photo     x\n漢字.jpg  a\nu\u0308.jpg     b\na         d\nbc"


def test_a_table_on_a_terminal_has_a_bold_header_and_folds_what_is_too_wide(screen, monkeypatch):
    monkeypatch.setattr(sys, "stdout", screen)
    drawn = terminal.table(("photo", "what"), [("a.jpg", "word " * 30)])
    assert "\x1b[1mphoto" in drawn
    lines = without_codes(drawn).split("\n")
    assert len(lines) > 3
    assert max(map(len, lines)) <= 60
