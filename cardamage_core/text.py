"""Numbers as text: plurals, durations, sizes and shares."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """`count(1, "photo")` is “1 photo”, `count(2, "photo")` “2 photos”."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def plural(number: int, noun: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Seconds as people say them: "40 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_rest} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def time_left(seconds: float) -> str:
    """An estimate without false precision: "about 8 min", "less than a minute", "about 2 h 10 min"."""
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(5 * round(minutes / 5), 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def memory(megabytes: float) -> str:
    """Memory as people read it: "640 MB", "2.1 GB"."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def percent(value: float | None) -> str:
    """A damage figure, 0…100: "18.9 %", "0.04 %"; "no figure yet" for None."""
    if value is None:
        return "no figure yet"
    if 0 < value < 0.005:
        return "< 0.01 %"
    return f"{value:.1f} %" if value >= 0.1 or value == 0 else f"{value:.2f} %"


def amount(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 photo", "641 photos"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", "\u202f")
