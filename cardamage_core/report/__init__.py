"""Reports of claims: one value with everything that is said, and its writers: PDF, HTML, JSON, CSV."""
