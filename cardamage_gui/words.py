"""How are numbers said to people?"""

from __future__ import annotations


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


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 photo", "641 photos"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", "\u202f")
