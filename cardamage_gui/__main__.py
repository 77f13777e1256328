"""What does `cardamage` do? No sub-command opens the window, all others are core's."""
