"""Trains models: from a job and a data set to weights."""
