"""What networks are trained on: the inputs and targets of every step, and how they are drawn."""
