"""Turning photos into predicted regions."""
