"""A fit: prepare, hold out, choose, train, keep."""
