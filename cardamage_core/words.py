"""How are numbers said in sentences?"""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """`count(1, "photo")` is “1 photo”, `count(2, "photo")` “2 photos”."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
