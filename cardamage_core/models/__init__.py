"""Trained models and their cards."""
