"""The review queue: which photos of a project to look at next, and why."""
