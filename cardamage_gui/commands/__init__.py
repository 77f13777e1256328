"""Actions, their keys, and the places that list them."""
