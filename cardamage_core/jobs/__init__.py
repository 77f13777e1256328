"""Trainings as folders and processes of their own."""
