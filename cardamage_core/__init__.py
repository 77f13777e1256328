"""The engine of CarDamage: everything that works without a window.

For scripts and notebooks (docs/python.md):

- `open_project` opens the project that the window shows,
- `read` and `write` load and save annotations in any of the formats,
- `predict` outlines what a model sees on photos,
- `evaluate` measures predictions on annotated photos,
- `assess` says how much of the car is damaged.

They are loaded when first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .api import assess, evaluate, open_project, predict, read, write
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import api

        return getattr(api, name)


__all__ = ["__version__", "assess", "evaluate", "open_project", "predict", "read", "write"]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
