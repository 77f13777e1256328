"""Reads and writes the files of VGG Image Annotator (VIA), versions 1 to 3."""
