"""What every result has: a ``plot()`` of its own."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Plottable"]


class Plottable:
    """Give a result its ``plot()``; drawing is the top floor's, and is imported when it is used."""

    def plot(self, ax: Any = None) -> Any:
        """Draw the result.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; a Plotly figure is made if not given.

        Returns
        -------
        plotly Figure or matplotlib Axes
            What was drawn, to be shown, changed or written.

        Raises
        ------
        MissingExtraError
            Without plotly; the message is the pip line.
        """
        return importlib.import_module("gatecast.report.plot").plot(self, ax)
