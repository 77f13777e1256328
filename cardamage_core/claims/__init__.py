"""Claims: the photos of one damaged car, what was found on them, and every decision about it."""
