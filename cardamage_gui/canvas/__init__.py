"""The photo and its regions, drawn and touched."""
