"""What a fitted forecaster does: forecast, go on with new values, take in new series."""
