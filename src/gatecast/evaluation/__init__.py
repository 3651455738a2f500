"""Floor 4: how good a forecast is, and why."""
