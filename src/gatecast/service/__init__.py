"""A model behind HTTP: forecasts, and updates that outlive the process."""
