"""Recipes of the models that come with the program: sources, label mapping, split and training of each."""
