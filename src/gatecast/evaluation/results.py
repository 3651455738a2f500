"""What a backtest holds: every forecast beside its value, with scores and tests."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.left_out import left_out
from gatecast.data.panel import Panel
from gatecast.errors import DataError, NotFoundError, UsageError, unknown_model, wrong_choice
from gatecast.evaluation.metrics import owa
from gatecast.evaluation.plottable import Plottable
from gatecast.evaluation.rounding import rounding_errors
from gatecast.evaluation.scoring import score_rows
from gatecast.evaluation.significance import (
    Ranks,
    diebold_mariano,
    friedman_nemenyi,
)
from gatecast.messages import Message, message

__all__ = ["MANY_SERIES", "Backtest"]

#: From so many series on they are compared one by one, and cutoffs are averaged.
MANY_SERIES = 20


@dataclass(frozen=True)
class Backtest(Plottable):
    """Forecasts of every model at every cutoff, beside the values that came.

    Attributes
    ----------
    forecasts : DataFrame
        A row for each series, cutoff and step that has a value: the id column, if there is one,
        the time, ``cutoff`` (last time of the training part), ``step`` (1 is the first after the
        gap), the value, and a column for each model, with ``-lo-95`` and ``-hi-95`` where it has
        intervals. Values that were missing in the table are left out.
    models : tuple of str
        Names.
    scales : DataFrame
        For each row of ``forecasts`` the mean ``absolute`` and mean ``squared`` seasonal change of
        its training part, over which MASE and RMSSE are taken.
    id_col : str or None
        Column of ids.
    target_col : str
        Column of values.
    lag : int
        Cutoffs less than this apart have forecasts that overlap.
    reference : str or None
        The naive model that skill is measured against: ``SeasonalNaive``, or ``Naive``, or none.
    panel : Panel
        The data.
    season : int
        Lag of the naive forecast in the scale of MASE.
    step_size : int
        Steps between cutoffs.
    notes : tuple of str
        What was detected in the data, and which models were left out because they failed.
    decisions : dict of str to tuple of str
        What each model decided at its last fit; those on the data are in ``notes``. Empty for a
        model whose forecasts were read from ``resume``.
    """

    forecasts: pd.DataFrame
    models: tuple[str, ...]
    scales: pd.DataFrame
    id_col: str | None
    target_col: str
    lag: int
    reference: str | None
    panel: Panel
    season: int = 1
    step_size: int = 0
    notes: tuple[str, ...] = ()
    decisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def left_out(self) -> dict[str, Message]:
        """Why each series that cannot be used is left out, by its name."""
        return left_out(self.notes)

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The ``forecasts`` as they are scored: what differs from the value by rounding is exact.

        Without this, models whose forecasts are all exact would be ranked by rounding errors.
        """
        table = self.forecasts.copy()
        places = np.zeros(len(table), np.intp)
        if self.id_col is not None:
            places = pd.Index(self.panel.ids).get_indexer(pd.Index(table[self.id_col]))
        allowed = rounding_errors(self.panel)[places]
        actual = table[self.target_col].to_numpy(np.float64)
        for name in self.models:
            forecast = table[name].to_numpy(np.float64)
            table[name] = np.where(np.abs(forecast - actual) <= allowed, actual, forecast)
        return table

    def score(self, by: str = "series") -> pd.DataFrame:
        """Compute every metric.

        Parameters
        ----------
        by : {"series", "pooled", "step", "cutoff"}
            What a row is for.

        Returns
        -------
        DataFrame
            See :func:`gatecast.evaluation.scoring.score_rows`.

        Raises
        ------
        UsageError
            If ``by`` is none of these.
        """
        series = [] if self.id_col is None else [self.id_col]
        groups = {"series": series, "pooled": [], "step": ["step"], "cutoff": ["cutoff"]}
        if by not in groups:
            raise wrong_choice("by", by, groups)
        scales = (self.scales["absolute"].to_numpy(), self.scales["squared"].to_numpy())
        return score_rows(
            self.scored, self.models, groups[by], target_col=self.target_col, scales=scales
        )

    @property
    def scores(self) -> pd.DataFrame:
        """Every metric for each series and model, over all cutoffs."""
        return self.score("series")

    def leaderboard(self) -> pd.DataFrame:
        """Rank the models over all series, cutoffs and steps.

        Returns
        -------
        DataFrame
            Best first by the metric of :meth:`errors`: MAE of a single series, MASE of several.
            ``owa`` is relative to :attr:`reference`, whose own is 1: SeasonalNaive, or Naive where
            that is not among the models, or neither, and then there is no such column. It is not
            comparable with an OWA over another reference, such as Naive 2 in the M4 competition.
        """
        table = self.score("pooled")
        if self.reference is not None:
            base = table[table["model"] == self.reference].iloc[0]
            table["owa"] = [
                owa(smape, mase, float(base["smape"]), float(base["mase"]))
                for smape, mase in zip(table["smape"], table["mase"], strict=True)
            ]
        metric, _ = self.errors()
        return table.sort_values(metric.lower(), kind="stable", ignore_index=True)

    @property
    def about_owa(self) -> Message | None:
        """What the column ``owa`` of the leaderboard is relative to; None where there is none."""
        if self.reference is None:
            return None
        return message("results.owa", reference=self.reference)

    def errors(self, loss: str = "absolute") -> tuple[str, dict[str, float]]:
        """Give the mean error of each model over all rows, by which models are ranked.

        Parameters
        ----------
        loss : {"absolute", "squared"}
            Of what the mean is taken.

        Returns
        -------
        metric : str
            "MAE" or "RMSE" of a single series; "MASE" or "RMSSE" of several, whose scales differ,
            where it is defined.
        errors : dict of str to float
            By model, the smallest first.

        Raises
        ------
        UsageError
            If ``loss`` is none of these.
        """
        _check_loss(loss)
        table = self.score("pooled").set_index("model")
        plain, scaled = ("mae", "mase") if loss == "absolute" else ("rmse", "rmsse")
        several = self.several and np.isfinite(table[scaled].to_numpy()).all()
        metric = scaled if several else plain
        column: Any = table[metric]
        ranked = column.sort_values(kind="stable")
        return metric.upper(), {str(name): float(error) for name, error in ranked.items()}

    @property
    def several(self) -> bool:
        """Whether there are several series, whose errors are divided by their scales."""
        return self.id_col is not None and self.forecasts[self.id_col].nunique() > 1

    def last_values(self) -> np.ndarray:
        """Give the last value before the cutoff of each row of ``forecasts``.

        Returns
        -------
        ndarray of shape [n]
            In the series' own unit.
        """
        panel = self.panel
        keys = [c for c in (panel.id_col, panel.time_col) if c is not None]
        history: Any = panel.to_frame()[[*keys, panel.target_col]]
        last_values = history.rename(columns={panel.time_col: "cutoff", panel.target_col: "_last"})
        keys = ["cutoff" if c == panel.time_col else c for c in keys]
        rows = self.forecasts[keys].merge(last_values, how="left", on=keys)
        return rows["_last"].to_numpy(np.float64)

    def losses(self, loss: str = "absolute", over: str = "cutoffs") -> pd.DataFrame:
        """Give the mean loss of each model at each cutoff, step, or of each series.

        Parameters
        ----------
        loss : {"absolute", "squared"}
            Of many series each is first divided by its scale; rows without a scale are left out.
        over : {"cutoffs", "steps", "series"}
            What a row of the result is; the mean is over everything else.

        Returns
        -------
        DataFrame
            A row for each cutoff or step, in the order of time, or for each series, and a column
            for each model.

        Raises
        ------
        UsageError
            If ``loss`` or ``over`` is none of these, or there is one series.
        """
        keys = {"cutoffs": "cutoff", "steps": "step", "series": self.id_col}
        if over not in keys:
            raise wrong_choice("over", over, keys)
        key = keys[over]
        if key is None:
            raise UsageError(message("results.one_series"))
        groups = self._losses(loss, scaled=True).groupby(
            self.forecasts[key], sort=over != "series", observed=True
        )
        means: Any = groups.mean()
        return means.dropna()

    def _losses(self, loss: str, *, scaled: bool) -> pd.DataFrame:
        _check_loss(loss)
        y = self.scored[self.target_col].to_numpy(np.float64)
        error = np.abs(self.scored[list(self.models)].to_numpy(np.float64) - y[:, np.newaxis])
        if loss == "squared":
            error = error**2
        if scaled and self.several:
            error = error / self.scales[[loss]].to_numpy()
        return pd.DataFrame(error, columns=pd.Index(self.models), index=self.forecasts.index)

    def significance(
        self,
        against: str | None = None,
        *,
        loss: str = "absolute",
        level: float = 95.0,
        over: str = "cutoffs",
    ) -> pd.DataFrame:
        """Test for every model whether its loss differs from that of one.

        Parameters
        ----------
        against : str, optional
            The model to compare with; the first of the leaderboard if not given.
        loss : {"absolute", "squared"}
            What is compared; a mean over series and steps at each cutoff.
        level : float, default 95
            Per cent of the interval of skill.
        over : {"cutoffs", "series"}
            What is compared pair by pair. Many series tell models apart better than few cutoffs
            do; they are then assumed to be independent of each other.

        Returns
        -------
        DataFrame
            A row for each other model: ``model``, ``against``, ``difference`` (of mean loss,
            above zero where ``against`` is better), ``statistic`` and ``p`` of
            :func:`~gatecast.evaluation.significance.diebold_mariano`, ``skill`` of ``against``
            over the model with ``low`` and ``high``, the ends of the interval of this test, which
            leaves zero out where p is below ``1 - level / 100`` alone, and ``n``, the pairs
            compared. NaN with a warning where there are too few.

        Raises
        ------
        NotFoundError
            If there is no model of that name.
        """
        against = str(self.leaderboard()["model"].iloc[0]) if against is None else against
        if against not in self.models:
            raise NotFoundError(unknown_model(against, self.models))
        table = self.losses(loss, over)
        lag = self.lag if over == "cutoffs" else 1
        rows = []
        for name in self.models:
            if name == against:
                continue
            one, two = table[name].to_numpy(), table[against].to_numpy()
            row: dict[str, Any] = {"model": name, "against": against, "n": len(table)}
            row["difference"] = float(one.mean() - two.mean())
            if len(table) <= max(1, lag):
                warnings.warn(
                    f"{name} and {against} cannot be compared: {len(table)} {over}, and more than "
                    f"{max(1, lag)} are needed: use more windows",
                    stacklevel=2,
                )
                row |= dict.fromkeys(("statistic", "p", "skill", "low", "high"), np.nan)
            else:
                test = diebold_mariano(one, two, lag)
                skill = test.skill(level)
                row |= {"statistic": test.statistic, "p": test.p, "skill": skill.skill}
                row |= {"low": skill.low, "high": skill.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def ranks(self, *, loss: str = "absolute", level: float = 95.0) -> Ranks:
        """Rank the models on every series.

        Parameters
        ----------
        loss : {"absolute", "squared"}
            What is ranked; a mean over the cutoffs and steps of each series.
        level : float, default 95
            Per cent of confidence.

        Returns
        -------
        Ranks
            See :func:`gatecast.evaluation.significance.friedman_nemenyi`.

        Raises
        ------
        DataError
            If there are fewer than two series or models.
        """
        if self.id_col is None:
            raise DataError(message("results.no_ranks"))
        table = self._losses(loss, scaled=False)
        means: Any = table.groupby(self.forecasts[self.id_col], sort=False, observed=True).mean()
        return friedman_nemenyi(means.to_numpy(), self.models, level)


def _check_loss(loss: str) -> None:
    if loss not in ("absolute", "squared"):
        raise wrong_choice("loss", loss, ("absolute", "squared"))
