"""Damage assessment: how much of the car is damaged."""
