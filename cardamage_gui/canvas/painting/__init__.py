"""Painting of the canvas: `CanvasPainter` paints a `CanvasState`."""
