"""Photos, regions and labels as values, and functions on them."""
