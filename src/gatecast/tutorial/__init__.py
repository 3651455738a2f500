"""Floor 4: the tutorial's experiment, and the small networks of the guided page."""
