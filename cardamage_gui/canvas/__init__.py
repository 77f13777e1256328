"""The canvas: the widget `Canvas` shows a photo with its regions; `tools.TOOLS` is the table of its tools."""

from .widget import Canvas

__all__ = ["Canvas"]
