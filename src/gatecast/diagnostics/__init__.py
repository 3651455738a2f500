"""Floor 4: what a series is like, what errors still hold, and which model to use."""
