"""Series that cannot be used: left out of a table with a sentence, and listed.

One series without a value, with hardly any, or too short is no reason to refuse the others. Where
all are so, or there is only one, it is an error.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from gatecast.data.panel import Panel
from gatecast.messages import Message, from_document, message

__all__ = ["SeriesLeftOutWarning", "leave_out", "left_out", "short_note", "warn_left_out"]

_REASONS = ("left_out.no_value", "left_out.gaps", "left_out.short", "left_out.late")


class SeriesLeftOutWarning(UserWarning):
    """Say that series of a table are left out, and why."""


def warn_left_out(reason: Message) -> None:
    """Warn that series are left out.

    Parameters
    ----------
    reason : Message
        Why, with their names.
    """
    warnings.warn(SeriesLeftOutWarning(reason), stacklevel=3)


def leave_out(panel: Panel, unusable: np.ndarray, least: int) -> Panel:
    """Leave out series that have too few values, and say so in the notes and by a warning.

    Parameters
    ----------
    panel : Panel
        The series.
    unusable : ndarray of bool, shape [n]
        Which of them; not all.
    least : int
        Values that a series needs.

    Returns
    -------
    Panel
        The others; the same object where none is left out.
    """
    if not unusable.any():
        return panel
    note = short_note(panel, unusable, least)
    warn_left_out(note)
    return replace(panel.take(np.flatnonzero(~unusable)), notes=(*panel.notes, note))


def short_note(panel: Panel, unusable: np.ndarray, least: int) -> Message:
    """Say which series have too few values.

    Parameters
    ----------
    panel, unusable, least
        As for :func:`leave_out`; all may be left out.

    Returns
    -------
    Message
        With their names.
    """
    names = [str(name) for name in panel.ids[unusable]]
    return message("left_out.short", names=names, n=len(names), all=len(panel), least=least)


def left_out(sentences: Iterable[str]) -> dict[str, Message]:
    """List the series that are left out, by what was decided.

    Parameters
    ----------
    sentences : iterable of str
        Decisions of a model, or notes of a panel.

    Returns
    -------
    dict of str to Message
        The reason, by the name of each series.
    """
    reasons: dict[str, Message] = {}
    for sentence in map(from_document, sentences):
        if sentence.id in ("reading.of_table", "combination.member"):
            which = "note" if sentence.id == "reading.of_table" else "decision"
            reasons |= left_out([sentence.fields[which]])
        elif sentence.id in _REASONS:
            reasons |= dict.fromkeys(sentence.fields["names"], sentence)
    return reasons
