"""The window of CarDamage."""
