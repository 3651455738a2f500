"""What the house demands of its modules, and whether they keep it."""
