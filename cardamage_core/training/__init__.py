"""Turning regions into a model."""
