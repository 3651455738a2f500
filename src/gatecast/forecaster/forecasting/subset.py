"""Some of the series of a fitted forecaster, as a forecaster of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from gatecast.forecaster.additive.part import ADDITIVE_ROWS, EFFECT_ROWS, AdditivePart, Effects
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.inputs.covariates import COVARIATE_ROWS, Covariates

__all__ = ["some_series"]

_Rows = TypeVar("_Rows", Covariates, AdditivePart, Effects)


def some_series(fitted: FittedForecaster, which: np.ndarray) -> FittedForecaster:
    """Take some series out of a fitted forecaster.

    Parameters
    ----------
    fitted : FittedForecaster
        It stays as it is.
    which : ndarray of shape [S], int64
        Positions of the series.

    Returns
    -------
    FittedForecaster
        With copies of what belongs to them.
    """
    ends = fitted.ends
    additive = fitted.additive
    if additive is not None:
        effects = _rows(additive.effects, EFFECT_ROWS, which)
        additive = replace(_rows(additive, ADDITIVE_ROWS, which), effects=effects)
    return replace(
        fitted,
        ends=replace(
            ends, ids=ends.ids[which], times=ends.times[which], lengths=ends.lengths[which]
        ),
        transforms=fitted.transforms.of(which),
        covariates=_rows(fitted.covariates, COVARIATE_ROWS, which),
        state=fitted.state.of(which),
        states=[state.of(which) for state in fitted.states],
        outputs=[output[which] for output in fitted.outputs],
        recent=fitted.recent[which],
        pending=[fitted.pending[i] for i in which] if fitted.pending else [],
        additive=additive,
        counts=fitted.counts and fitted.counts.take(which),
    )


def _rows(one: _Rows, names: tuple[str, ...], which: np.ndarray) -> _Rows:
    return replace(one, **{name: getattr(one, name)[which] for name in names})
