"""A panel less its additive part, estimated on what is known at an origin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatecast.data.calendar import steps_of_day
from gatecast.data.panel import Panel
from gatecast.forecaster.additive import AdditivePart
from gatecast.forecaster.config import Settings
from gatecast.forecaster.covariates import Covariates, encoded_columns

__all__ = ["without_additive"]


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
    if not settings.futr_exog_list:
        return panel, None
    encoded = encoded_columns(panel, covariates, which)
    multiplies = settings.log if isinstance(settings.log, bool) else None
    additive = AdditivePart.fit(
        panel.head(lengths), [rows[:n] for rows, n in zip(encoded, lengths, strict=True)],
        settings.seasons, steps_of_day(panel.freq), multiplies,
    )  # fmt: skip
    return replace(panel, values=additive.off_panel(panel, encoded)), additive
