"""A saved model that several processes go on with: read, change, write, under one lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.model_file import load
from gatecast.storage import locked

__all__ = ["open_for_update"]


@contextmanager
def open_for_update(path: str | os.PathLike[str]) -> Iterator[LSTMForecaster]:
    """Go on with a saved model while no other process or thread does, and keep it.

    The file is read when the block begins and written when it ends; after an error it stays as it
    was. What is done with a forecast inside the block is therefore done before the model moves on.

    Parameters
    ----------
    path : str or path
        What :meth:`gatecast.LSTMForecaster.save` wrote.

    Yields
    ------
    LSTMForecaster
        The model.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, or written by a newer gatecast.
    UsageError
        If it cannot be written; it then stays as it was.

    Examples
    --------
    >>> with gatecast.open_for_update("model.gatecast") as model:  # doctest: +SKIP
    ...     model.update("new.csv").predict().to_csv("forecast.csv", index=False)
    """
    with locked(path):
        model = load(path)
        yield model
        model.save(path)
