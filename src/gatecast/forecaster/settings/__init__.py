"""The settings of a forecaster: what they may be, and what is detected where they leave it open."""
