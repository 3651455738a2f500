"""A panel less its additive part, estimated on what is known at an origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gatecast.data.calendar import steps_of_day
from gatecast.data.panel import Panel
from gatecast.forecaster.additive.columns import additive_width, encoded_columns, holiday_count
from gatecast.forecaster.additive.part import AdditivePart
from gatecast.forecaster.inputs.covariates import Covariates
from gatecast.forecaster.settings.config import Settings

__all__ = ["short_seasons", "without_additive"]

#: Days of a season whose phases would take a holiday of a fixed date for their own.
_LONGEST = 300


def without_additive(
    panel: Panel,
    lengths: np.ndarray,
    covariates: Covariates,
    which: np.ndarray,
    settings: Settings,
) -> tuple[Panel, AdditivePart | None]:
    """Take off what columns known in advance add.

    Parameters
    ----------
    panel : Panel
        Some series, with values after the origin.
    lengths : ndarray of shape [B]
        Values of each that are known at the origin.
    covariates : Covariates
        Fitted on what is known.
    which : ndarray of shape [B]
        Which of the series of the covariates they are.
    settings : Settings
        Of the fit.

    Returns
    -------
    panel : Panel
        Less the additive part, after the origin too.
    additive : AdditivePart or None
        At the origin; None where there are no such columns.
    """
    if not additive_width(covariates):
        return panel, None
    encoded = encoded_columns(panel, covariates, which)
    multiplies = settings.log if isinstance(settings.log, bool) else None
    additive = AdditivePart.fit(
        panel.head(lengths), [rows[:n] for rows, n in zip(encoded, lengths, strict=True)],
        short_seasons(settings.seasons, panel.freq), steps_of_day(panel.freq), multiplies,
        holiday_count(covariates), covariates.fixed[which],
    )  # fmt: skip
    return replace(panel, values=additive.off_panel(panel, encoded)), additive


def short_seasons(seasons: Sequence[int], freq: str | int) -> tuple[int, ...]:
    """Give the seasons that the effects of columns are estimated beside.

    Parameters
    ----------
    seasons : sequence of int
        Steps in each season.
    freq : str or int
        Of the series.

    Returns
    -------
    tuple of int
        Of days and shorter steps without the year, which a moving average follows.
    """
    day = steps_of_day(freq)
    return tuple(m for m in seasons if not day or m < _LONGEST * day)
