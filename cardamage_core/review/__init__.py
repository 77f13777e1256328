"""The review queue: which photos of a project to look at next, and why."""

FOLDER = "reviews"  # of a project, where `jobs.reviews` keeps them
