"""Short ways to the parts of a forecaster that tests look at one by one."""

import numpy as np

from gatecast.data.panel import offsets_of
from gatecast.data.transforms import TransformPipeline, Treatment
from gatecast.forecaster.inputs.features import FeatureState
from gatecast.forecaster.inputs.training_data import SequenceDataset

__all__ = ["lay_out", "transforms_of"]


def transforms_of(values, h, season_length=1, log="auto", adjust_season="auto", **more):
    """The transforms of one series."""
    seasons = (season_length, *more.pop("longer_seasons", ()))
    return TransformPipeline.fit_one(values, Treatment(h, seasons, log, adjust_season, **more))


def lay_out(
    series, difference, span=8, h=1, covariates=None, lags=(), initial_scale=None, reach=0,
    weights=None,
):  # fmt: skip
    """The dataset of a list of transformed series."""
    state = FeatureState.start(difference, span, len(series), lags, initial_scale, reach)
    offsets = offsets_of(np.array([len(values) for values in series]))
    besides = None if covariates is None else np.concatenate(covariates)
    return SequenceDataset.from_series(np.concatenate(series), offsets, h, state, besides, weights)
