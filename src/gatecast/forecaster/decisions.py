"""What was done to each series, as sentences."""

from __future__ import annotations

from gatecast.forecaster.fitted import FittedForecaster
from gatecast.messages import Message, message

__all__ = ["transform_decisions"]

_MOST_SERIES = 10


def transform_decisions(fitted: FittedForecaster) -> list[Message]:
    """Describe the transforms of each series, of up to ten.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.

    Returns
    -------
    list of Message
        A sentence each.
    """
    ids = fitted.ends.ids
    if len(ids) == 1:
        return fitted.transforms.decisions(0)
    sentences = [
        message("of_series", series=str(name), decision=decision)
        for i, name in enumerate(ids[:_MOST_SERIES])
        for decision in fitted.transforms.decisions(i)
    ]
    if len(ids) > _MOST_SERIES:
        sentences.append(message("transform.more_series", n=len(ids) - _MOST_SERIES))
    return sentences
