"""How much of the car is damaged."""
