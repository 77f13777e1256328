"""Sample cars drawn in numpy, and the demonstration made of them."""
