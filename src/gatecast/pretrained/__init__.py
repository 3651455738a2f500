"""The LSTM that comes trained: one set of weights for any season length and horizon."""
