"""Predicts regions on photos, in a process of its own."""
