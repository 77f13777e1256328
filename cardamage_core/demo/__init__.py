"""Sample cars drawn by our own code, and the demonstration made of them."""
