"""Whether the settings found are better than the defaults, and whether more trials would help.

The rule: the settings found are kept if their loss on the test origins is smaller than that of the
defaults by more than noise (Diebold-Mariano p < 0.05, which is where the interval of the gain,
that of the same test, leaves zero out); in all other cases the defaults are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.evaluation.results import Backtest
from gatecast.evaluation.significance import diebold_mariano
from gatecast.messages import Message, message
from gatecast.tuning.origins import MANY_SERIES, Plan, losses_by_origin, scaled_losses
from gatecast.tuning.space import Choice, Distribution, is_inactive

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Verdict", "compare", "sentences"]

_NOISE = 0.05  # of the Diebold-Mariano test


@dataclass(frozen=True)
class Verdict:
    """Settings found beside the defaults, on test origins that the search did not use.

    Attributes
    ----------
    kept : bool
        Whether the settings found are kept: their loss is smaller, by more than noise.
    better : bool
        Whether their loss is smaller at all.
    defaults, found : float
        Mean losses; NaN where the search found the defaults themselves.
    skill, low, high : float
        Share of the defaults' loss that is gone, and the ends of the 95 % interval of the test;
        these are NaN where p is.
    p : float
        Probability of such a difference between equal forecasters; NaN where there are too few
        origins to say.
    over : {"origins", "series"}
        What the test is over.
    n : int
        How many of them.
    """

    defaults: float
    found: float
    skill: float
    low: float
    high: float
    p: float
    over: str
    n: int

    @classmethod
    def same(cls) -> Verdict:
        """Make the verdict on a search that found the defaults.

        Returns
        -------
        Verdict
            That keeps the defaults.
        """
        nan = math.nan
        return cls(nan, nan, 0.0, nan, nan, nan, "origins", 0)

    @property
    def better(self) -> bool:
        """Whether the settings found have the smaller loss."""
        return self.found < self.defaults

    @property
    def sure(self) -> bool:
        """Whether the difference is more than noise."""
        return self.p < _NOISE

    @property
    def kept(self) -> bool:
        """Whether the settings found are kept."""
        return self.better and self.sure


def compare(evaluation: Backtest, loss: str) -> Verdict:
    """Compare "found" with "defaults".

    Of many series each is one observation, its mean over origins; of few, each origin is one, and
    the test allows for forecasts that overlap.

    Parameters
    ----------
    evaluation : Backtest
        Of two models of these names.
    loss : {"absolute", "squared"}
        What is compared.

    Returns
    -------
    Verdict
        The gain, its interval and p.
    """
    table = losses_by_origin(evaluation, loss)
    over, lag = "origins", max(1, evaluation.lag)
    if evaluation.id_col is not None:
        ids = evaluation.forecasts[evaluation.id_col]
        if ids.nunique() >= MANY_SERIES:
            scaled: Any = scaled_losses(evaluation, loss)
            table = scaled.groupby(ids, sort=False, observed=True).mean()
            over, lag = "series", 1
    table = table.dropna()
    first, second = (table[name].to_numpy(np.float64) for name in ("defaults", "found"))
    before, after = float(first.mean()), float(second.mean())
    p = skill = low = high = math.nan
    if len(table) > lag:
        test = diebold_mariano(first, second, lag)
        gain = test.skill()
        p, skill, low, high = test.p, gain.skill, gain.low, gain.high
    if before == after:
        skill = 0.0  # both may be exact
    elif len(table) <= lag and before:
        skill = 1.0 - after / before
    return Verdict(before, after, skill, low, high, p, over, len(table))


def sentences(
    trials: pd.DataFrame,
    origins: pd.DataFrame,
    verdict: Verdict,
    settings: Mapping[str, Any],
    space: Mapping[str, Distribution],
    plan: Plan,
    series: int,
) -> list[Message]:
    """Describe the search and its result, a sentence each.

    Parameters
    ----------
    trials : DataFrame
        A row for each trial.
    origins : int
        On which each was scored, at most.
    verdict : Verdict
        On the test origins.
    settings : mapping of str to object
        The best ones found.
    space : mapping of str to Distribution
        That was searched.
    plan : Plan
        Of the origins.
    series : int
        How many there are.

    Returns
    -------
    list of Message
        For the page and the terminal.
    """
    return [
        _tried(trials, plan, series),
        _gain(verdict, plan),
        _more(trials, origins),
        *_edges(settings, space, verdict),
    ]


_STATES = {
    "finished": "tuning.finished",
    "pruned": "tuning.pruned",
    "diverged": "tuning.diverged",
    "stopped": "tuning.trials_stopped",
    "failed": "tuning.failed",
}


def _tried(trials: pd.DataFrame, plan: Plan, series: int) -> Message:
    counts = trials["state"].value_counts()
    fields: dict[str, Any] = {
        "n": len(trials),
        "states": [
            message(_STATES[state], n=counts[state]) for state in _STATES if state in counts
        ],
        "origins": plan.searched,
        "h": plan.h,
    }
    if series == 1:
        return message("tuning.tried", **fields)
    return message("tuning.tried_panel", series=series, **fields)


def _gain(verdict: Verdict, plan: Plan) -> Message:
    if not verdict.n:
        return message("tuning.none_better")
    n, gain = plan.test, abs(verdict.skill)
    if gain < 5e-4:
        return message("tuning.equal", n=n)
    numbers = {"n": verdict.n, "p": verdict.p, "low": verdict.low, "high": verdict.high}
    if math.isnan(verdict.p):
        evidence = message("tuning.untested", n=verdict.n)
    elif verdict.over == "series":
        evidence = message("evidence.series", **numbers)
    else:
        evidence = message("tuning.by_origin", **numbers)
    if verdict.kept:
        return message("tuning.better", n=n, gain=gain, evidence=evidence)
    if verdict.better:
        return message("tuning.noise", n=n, gain=gain, evidence=evidence)
    return message("tuning.worse", n=n, gain=gain, evidence=evidence)


def _more(trials: pd.DataFrame, origins: pd.DataFrame) -> Message:
    """Compare the best of the second half with the best of the first, origin by origin."""
    done: Any = trials[trials["state"].isin(["finished", "pruned", "diverged"])]
    finished: Any = done[done["state"] == "finished"]
    if len(done) < 10 or len(finished) < 4:
        return message("tuning.few_trials", n=len(done))
    half = done["number"].iloc[len(done) // 2]
    early: Any = finished[finished["number"] < half]
    best = finished.loc[finished["value"].idxmin()]
    if not len(early):
        return message("tuning.all_late")
    record = early.loc[early["value"].idxmin()]
    if best["number"] == record["number"]:
        return message("tuning.no_progress", number=best["number"])
    gain = 1.0 - best["value"] / record["value"] if record["value"] else 0.0
    # of these two alone: others were pruned, or have no numbers
    losses: Any = origins.pivot(index="origin", columns="number", values="loss")
    difference: Any = (losses[record["number"]] - losses[best["number"]]).dropna().to_numpy()
    error = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else 0.0
    if difference.mean() > 2.0 * error:
        return message("tuning.progress", gain=gain)
    return message("tuning.little_progress", gain=gain)


def _edges(
    settings: Mapping[str, Any], space: Mapping[str, Distribution], verdict: Verdict
) -> list[Message]:
    """Name settings found that are at an end of their range."""
    sentences = []
    for name, distribution in space.items() if verdict.n else ():
        value = settings[name]
        if isinstance(distribution, Choice) or value is None:
            continue
        if distribution.low == distribution.high or is_inactive(distribution, settings):
            continue
        ends = (distribution.low, distribution.high)
        low, high = (math.log(end) if distribution.log else end for end in ends)
        at = ((math.log(value) if distribution.log else value) - low) / (high - low)
        if isinstance(value, int) and distribution.high - distribution.low < 4:
            continue  # one of so few is at an end by chance
        if at < 0.03 or at > 0.97:
            end = distribution.low if at < 0.5 else distribution.high
            if end == 0:
                continue  # there is nothing below zero
            edge = "tuning.edge" if value == end else "tuning.near_edge"
            sentences.append(message(edge, setting=name, value=value, end=end))
    return sentences
