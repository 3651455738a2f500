"""The LSTM that comes trained: one set of weights for any series, season length and horizon."""

from gatecast.pretrained.forecaster import PretrainedLSTM

__all__ = ["PretrainedLSTM"]
