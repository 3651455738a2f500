"""Floor 3: the models by name."""

from __future__ import annotations

from typing import Any

from gatecast import baselines
from gatecast.errors import NotFoundError, unknown_model
from gatecast.forecaster.settings.kinds import requested_season

__all__ = ["NAMES", "full_name", "make_model"]

NAMES = ("LSTM", "PretrainedLSTM", *sorted(baselines.__all__))
_SHORT = {
    **{name.lower(): name for name in NAMES},
    "lstmforecaster": "LSTM", "pretrained": "PretrainedLSTM", "ets": "AutoETS",
    "arima": "AutoARIMA",
}  # fmt: skip
_COMMON = ("season_length", "level", "alias")


def full_name(name: str) -> str:
    """Give a model's full name.

    Parameters
    ----------
    name : str
        In upper or lower case; ``pretrained``, ``ets`` and ``arima`` are short for
        ``PretrainedLSTM``, ``AutoETS`` and ``AutoARIMA``.

    Returns
    -------
    str
        As in :data:`NAMES`, where there is such a model.
    """
    return _SHORT.get(name.lower(), name)


def make_model(name: str, h: int, *, time_limit: float | None = None, **settings: Any) -> Any:
    """Make a model by its name.

    Parameters
    ----------
    name : str
        See :func:`full_name`.
    h : int
        Steps to forecast.
    time_limit : float, optional
        Seconds that a statistical model may take for all series.
    **settings
        Of the LSTM; other models take those that all have: ``season_length``, ``level``, ``alias``.

    Returns
    -------
    model
        Not fitted.

    Raises
    ------
    NotFoundError
        If there is no model of this name.
    """
    full = full_name(name)
    if full not in NAMES:
        raise NotFoundError(unknown_model(name, NAMES))
    kind: Any
    if full == "LSTM":
        from gatecast.forecaster import LSTMForecaster  # others need no training

        return LSTMForecaster(h, **settings)
    if full == "PretrainedLSTM":
        from gatecast.pretrained.forecaster import PretrainedLSTM

        kind = PretrainedLSTM
    else:
        kind = getattr(baselines, full)
    own = {key: settings[key] for key in _COMMON if key in settings}
    if "season_length" in own:
        own["season_length"] = requested_season(own["season_length"])
    limit = {"time_limit": time_limit} if hasattr(kind, "time_limit") else {}
    return kind(h, **own, **limit)
