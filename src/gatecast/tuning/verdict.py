"""Whether what was found is better than the defaults, and whether looking on would help."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.evaluation.results import Backtest
from gatecast.evaluation.significance import diebold_mariano, skill_interval
from gatecast.tuning.origins import MANY_SERIES, Plan, losses_by_origin, scaled_losses
from gatecast.tuning.space import Choice, Entry, rests

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Verdict", "compare", "sentences"]

_SURE = 0.05


@dataclass(frozen=True)
class Verdict:
    """Hold the settings found against the defaults, on origins that the search never saw.

    Attributes
    ----------
    better : bool
        Whether the settings found had the smaller loss, and are kept.
    defaults, found : float
        Mean losses; NaN where the search found the defaults themselves.
    skill, low, high : float
        Share of the defaults' loss that is gone, and the ends of its 95 % interval.
    p : float
        Probability of such a difference between equal forecasters; NaN where there are too few
        origins to say.
    over : {"origins", "series"}
        What the test is over.
    n : int
        How many of them.
    """

    better: bool
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
        """Say that the search found the defaults."""
        nan = math.nan
        return cls(False, nan, nan, 0.0, nan, nan, nan, "origins", 0)

    @property
    def sure(self) -> bool:
        """Whether the difference is more than noise."""
        return self.p < _SURE


def compare(judgement: Backtest, loss: str) -> Verdict:
    """Compare "found" with "defaults".

    Of many series each is one observation, its mean over origins; of few, each origin is one, and
    the test allows for forecasts that overlap.

    Parameters
    ----------
    judgement : Backtest
        Of two models of these names.
    loss : {"absolute", "squared"}
        What is compared.
    """
    table = losses_by_origin(judgement, loss)
    over, lag, block = "origins", max(1, judgement.lag), max(judgement.lag, len(table) ** (1 / 3))
    if judgement.id_col is not None:
        ids = judgement.forecasts[judgement.id_col]
        if ids.nunique() >= MANY_SERIES:
            scaled: Any = scaled_losses(judgement, loss)
            table = scaled.groupby(ids, sort=False, observed=True).mean()
            over, lag, block = "series", 1, 1.0
    table = table.dropna()
    first, second = (table[name].to_numpy(np.float64) for name in ("defaults", "found"))
    before, after = float(first.mean()), float(second.mean())
    p = skill = low = high = math.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NaN says it
        if len(table) > lag:
            p = diebold_mariano(first, second, lag).p
        if len(table) > 1:
            interval = skill_interval(second, first, block=block)
            skill, low, high = interval.skill, interval.low, interval.high
    return Verdict(after < before, before, after, skill, low, high, p, over, len(table))


def sentences(
    trials: pd.DataFrame,
    origins: pd.DataFrame,
    verdict: Verdict,
    found: Mapping[str, Any],
    space: Mapping[str, Entry],
    plan: Plan,
    series: int,
) -> list[str]:
    """Say what was learnt, a sentence each."""
    return [
        _tried(trials, plan, series),
        _gain(verdict, plan),
        _more(trials, origins),
        *_edges(found, space, verdict),
    ]


def _tried(trials: pd.DataFrame, plan: Plan, series: int) -> str:
    counts = trials["state"].value_counts()
    parts = [
        f"{counts[name]} {name}" for name in ("finished", "pruned", "diverged", "failed")
        if name in counts
    ]  # fmt: skip
    of = "" if series == 1 else f" of {series:,} series"
    return (
        f"{len(trials)} trials ({', '.join(parts)}), each scored on up to {plan.searched} past "
        f"origins{of}, {plan.h} steps ahead"
    )


def _gain(verdict: Verdict, plan: Plan) -> str:
    if not verdict.n:
        return "no trial was better than the defaults on these origins, so the defaults are kept"
    where = f"on the {plan.unseen} last origins, which the search never saw"
    gain = abs(verdict.skill)
    much = f"{gain:.1%}" if gain < 0.1 else f"{gain:.0%}"
    side = "lower" if verdict.better else "higher"
    said = f"{where}, the loss of the settings found is {much} {side} than that of the defaults"
    if verdict.better and gain < 5e-4:
        return f"{where}, the settings found and the defaults are as good as each other"
    interval = f"95 % interval of the gain {verdict.low:+.1%} to {verdict.high:+.1%}"
    test = f"p = {verdict.p:.2g} over {verdict.n} {verdict.over}"
    if math.isnan(verdict.p):
        said += ", and there are too few to say whether that is more than noise"
    elif verdict.sure:
        said += (
            f": more than noise (p = {verdict.p:.2g} over {verdict.n} {verdict.over}; {interval})"
        )
    else:
        said += f", which may be noise ({test}; {interval})"
    return said + ("" if verdict.better else "; so the defaults are kept")


def _more(trials: pd.DataFrame, origins: pd.DataFrame) -> str:
    """Hold the best of the second half against the best of the first, origin by origin."""
    done: Any = trials[trials["state"].isin(["finished", "pruned", "diverged"])]
    finished: Any = done[done["state"] == "finished"]
    if len(done) < 10 or len(finished) < 4:
        return f"{len(done)} trials are too few to say whether more would help"
    half = done["number"].iloc[len(done) // 2]
    early: Any = finished[finished["number"] < half]
    best = finished.loc[finished["value"].idxmin()]
    if not len(early):
        return "every finished trial is of the second half: more trials may well help"
    record = early.loc[early["value"].idxmin()]
    if best["number"] == record["number"]:
        return (
            f"trial {best['number']} is the best, and the second half of the trials did not beat "
            "it: more would hardly help"
        )
    gain = 1.0 - best["value"] / record["value"] if record["value"] else 0.0
    # of these two alone: others were given up, or have no numbers
    losses: Any = origins.pivot(index="origin", columns="number", values="loss")
    difference: Any = (losses[record["number"]] - losses[best["number"]]).dropna().to_numpy()
    error = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else 0.0
    gained = f"the second half of the trials lowered the best score by {gain:.1%}"
    if difference.mean() > 2.0 * error:
        return f"{gained}, more than the origins scatter: more trials may well help"
    return f"{gained}, no more than the origins scatter: more would hardly help"


def _edges(found: Mapping[str, Any], space: Mapping[str, Entry], verdict: Verdict) -> list[str]:
    """Name settings that were found at an end of their range."""
    told = []
    for name, entry in space.items() if verdict.n else ():
        value = found[name]
        if isinstance(entry, Choice) or value is None or entry.low == entry.high:
            continue
        if rests(entry, found):
            continue
        low, high = (math.log(end) if entry.log else end for end in (entry.low, entry.high))
        at = ((math.log(value) if entry.log else value) - low) / (high - low)
        if isinstance(value, int) and entry.high - entry.low < 4:
            continue  # one of so few is at an end by chance
        if at < 0.03 or at > 0.97:
            end = entry.low if at < 0.5 else entry.high
            if end == 0:
                continue  # less than nothing cannot be asked for
            told.append(
                f"{name}={value:.3g} is at the end of its range ({end:g}): a wider space may have "
                "something better beyond"
            )
    return told
