"""The recipe of the click network: crops with features on disk, simulated clicks, training and measurement."""
