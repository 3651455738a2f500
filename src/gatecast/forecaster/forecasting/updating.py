"""An update is taken in as a whole or not at all."""

from __future__ import annotations

from gatecast.forecaster.fitted import FittedForecaster, NewRows

__all__ = ["advance"]


def advance(fitted: FittedForecaster, rows: NewRows) -> None:
    """Go on along new values, or stay where it was if that does not end, as after Ctrl-C.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster; changed in place.
    rows : NewRows
        Values that follow the last ones of their series.
    """
    which, ends, state = rows.which, fitted.ends, fitted.state.of(rows.which)
    pending = [fitted.pending[i] for i in which] if fitted.pending else []
    recent, values, additive = fitted.recent, fitted.recent[which], fitted.additive
    counts = fitted.counts
    outputs = [output[which] for output in fitted.outputs]
    states = [memory.of(which) for memory in fitted.states]
    try:
        fitted.advance(rows)
    except BaseException:
        fitted.ends, fitted.additive, fitted.counts = ends, additive, counts
        fitted.state.put(which, state)
        fitted.recent = recent
        recent[which] = values
        for i, waiting in zip(which, pending, strict=False):
            fitted.pending[i] = waiting
        for output, before in zip(fitted.outputs, outputs, strict=True):
            output[which] = before
        for s, before in zip(fitted.states, states, strict=True):
            s.hidden[:, which], s.cell[:, which] = before
        raise
