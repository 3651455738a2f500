"""From a table to arrays a network can learn from, and back."""
