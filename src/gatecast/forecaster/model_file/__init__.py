"""The file of a fitted forecaster: arrays and a document, of every format since the first."""
