"""Model folders: weights and cards."""
