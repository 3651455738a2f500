"""The straight path from inputs to outputs, and what it begins at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gatecast.data.least_squares import ridge
from gatecast.data.panel import positions

if TYPE_CHECKING:
    from gatecast.forecaster.preparation import Preparation

__all__ = ["initial_skip"]

#: Steps that a map is fitted at, evenly over all series.
_MOST_STEPS = 16384
#: Of the mean square of the inputs; keeps a map finite where two columns say the same.
_RIDGE = 1e-3


def initial_skip(preparation: Preparation) -> np.ndarray | None:
    """Give the weights that a straight path from inputs to outputs begins at.

    Future covariates begin at their effect on the step that they hold at, by ridge regression
    (Hoerl and Kennard 1970): a network then learns what a line leaves. All other inputs begin at
    zero.

    Parameters
    ----------
    preparation : Preparation
        The series, laid out.

    Returns
    -------
    ndarray of shape [I, K] or None
        In the units of the network's outputs; None where there is no such path: no lags are seen,
        and no future covariates.
    """
    data, width = preparation.training, preparation.covariates.future_width
    if not preparation.treatment.lags and not width:
        return None
    weights = np.zeros((data.width, data.h))
    whole = np.maximum(data.lengths - data.h, 0)  # steps with all their targets
    if not width or not whole.any():
        return weights
    at = positions(data.starts, whole)
    at = at[:: -(-len(at) // _MOST_STEPS)]
    scale = data.local_scales[at, np.newaxis] * preparation.sampler.scale
    targets = data.targets(at) / scale
    ahead = data.inputs[at, -width * (data.h + 1) :].reshape(len(at), data.h + 1, width)
    # changes of a series go with changes of its columns
    present = ahead[:, :1] if data.difference else 0.0
    first = data.width - width * (data.h + 1)
    for k in range(data.h):
        x = np.column_stack([(ahead - present)[:, k + 1], np.ones(len(at))]).astype(np.float64)
        effects = ridge([(x, targets[:, k : k + 1].astype(np.float64))], width + 1, 1, _RIDGE, 1)
        begin = first + width * (k + 1)
        weights[begin : begin + width, k] = effects[:width, 0]
        if data.difference:
            weights[first : first + width, k] = -effects[:width, 0]
    return weights
