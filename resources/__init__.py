"""Icons, palette, templates and bundled models, installed as package data of `cardamage_resources`."""
