"""The models that stand beside each other where none are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatecast import baselines
from gatecast.errors import NotFoundError

__all__ = ["DEFAULT", "NAMES", "SAVED", "candidates", "full_name"]

DEFAULT = ("LSTM", "SARIMA", "AutoETS", "Theta", "LinearAutoregression", "SeasonalNaive", "Naive")
NAMES = ("LSTM", "PretrainedLSTM", *sorted(baselines.__all__))
#: models that can be saved
SAVED = ("LSTM", "PretrainedLSTM")


def full_name(name: str) -> str:
    """Give a model's full name.

    Parameters
    ----------
    name : str
        A name; ``pretrained`` is short for ``PretrainedLSTM``.

    Returns
    -------
    str
        As in :data:`NAMES`, where there is such a model.
    """
    return "PretrainedLSTM" if name.lower() == "pretrained" else name


def candidates(
    names: Sequence[str],
    h: int,
    *,
    season_length: int | Sequence[int] | None = None,
    time_limit: float | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Make models by name.

    Parameters
    ----------
    names : sequence of str
        ``LSTM`` and names of baselines.
    h : int
        Steps to forecast.
    season_length : int or sequence of int, optional
        Steps in a season, or in several; that of the frequency if not given.
    time_limit : float, optional
        Seconds that a statistical model may take for all series.
    **settings
        Of the LSTM; ``level`` is that of all, and ``alias`` of a model alone.

    Returns
    -------
    dict of str to model
        In the order of the names, each once.

    Raises
    ------
    NotFoundError
        If there is no model of a name.
    """
    made: dict[str, Any] = {}
    common: dict[str, Any] = {"season_length": season_length, "level": settings.get("level", ())}
    if len(names) == 1 and "alias" in settings:
        common["alias"] = settings["alias"]
    for name in map(full_name, names):
        if name not in NAMES:
            raise NotFoundError(f'there is no model "{name}"; there are {", ".join(NAMES)}')
        if name == "LSTM":
            from gatecast.forecaster import LSTMForecaster  # others need no training

            made[name] = LSTMForecaster(h, **{**settings, **common})
            continue
        if name == "PretrainedLSTM":
            from gatecast.pretrained.forecaster import PretrainedLSTM

            kind: Any = PretrainedLSTM
        else:
            kind = getattr(baselines, name)
        limit = {"time_limit": time_limit} if hasattr(kind, "time_limit") else {}
        made[name] = kind(h, **common, **limit)
    return made
