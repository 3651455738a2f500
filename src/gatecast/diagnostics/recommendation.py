"""The verdict on a backtest: which model to use, how sure that is, why, and what would help."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast.data.transforms import SeasonalAdjustment, is_seasonal
from gatecast.diagnostics.fit import copies_last_value, floor_distance
from gatecast.diagnostics.residuals import (
    drift,
    estimated_floor,
    horizon_skill,
    ljung_box,
    mean_error,
    uneven_spread,
)
from gatecast.diagnostics.series import long_memory, nonlinearity, random_walk
from gatecast.errors import DataError, UsageError
from gatecast.evaluation.distributions import written
from gatecast.evaluation.results import MANY_SERIES, Backtest

__all__ = ["Verdict", "diagnose", "verdict"]

#: From what costs nothing to what costs most to fit, run and explain; others come last.
SIMPLEST_FIRST = (
    "Naive", "SeasonalNaive", "Drift", "WindowAverage", "Theta", "AutoETS", "SARIMA", "AutoARIMA",
    "MSTL", "LinearAutoregression", "LSTM",
)  # fmt: skip
_ARIMAS = ("SARIMA", "AutoARIMA")
_FEW_CUTOFFS = 10
_MOST_ASKED = 20


@dataclass(frozen=True)
class Verdict:
    """Hold which model to use, and the sentences that say why.

    Parameters
    ----------
    use : str
        The model to use: of those that cannot be told from the best, the simplest.
    best : str
        The model with the smallest mean loss.
    ties : tuple of str
        Models that cannot be told from the best, with it; the simplest first.
    p : float
        Of the Diebold-Mariano test of the best model against the best of those beyond the tie, or,
        where all tie, against the second; NaN where nothing could be tested.
    over : {"cutoffs", "series"}
        What was compared pair by pair.
    sentences : tuple of str
        The verdict in words.
    """

    use: str
    best: str
    ties: tuple[str, ...]
    p: float
    over: str
    sentences: tuple[str, ...]

    @property
    def paragraph(self) -> str:
        """All sentences in one paragraph."""
        return " ".join(f"{s[0].upper()}{s[1:]}." for s in self.sentences)


def verdict(found: Backtest, *, loss: str = "absolute") -> Verdict:
    """Judge a backtest.

    Two models tie where the Diebold-Mariano test at 5 % and the 95 % bootstrap interval of the
    skill of one over the other both leave room for chance. Of those that tie with the best one, the
    simplest is to be used.

    Parameters
    ----------
    found : Backtest
        Of two models or more.
    loss : {"absolute", "squared"}
        What is compared.

    Returns
    -------
    Verdict
        Which model to use, how sure that is, why, and what would help next.

    Raises
    ------
    UsageError
        If there is one model.
    """
    if len(found.models) < 2:
        raise UsageError("a verdict needs two models or more: add SeasonalNaive(), for example")
    over = "series" if _count(found) >= MANY_SERIES else "cutoffs"
    losses: Any = found.losses(loss, over)
    means = losses.mean().sort_values(kind="stable")
    best = str(means.index[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # too few cutoffs: said below
        table = found.significance(best, loss=loss, over=over).set_index("model")
    chance = ~((table["p"] < 0.05) & ((table["low"] > 0) | table["low"].isna()))
    # without a test all that can be told is that the difference is small
    chance &= table["p"].notna() | (table["difference"] < 0.05 * means[best])
    # an interval that excludes zero by far tells even where few cutoffs leave the test weak
    chance &= ~(table["low"] > 0.1)
    ties = sorted([best, *table.index[chance]], key=_effort)
    use = ties[0]
    beyond = [name for name in means.index if name not in ties]
    other = str(beyond[0]) if beyond else str(means.index[1])
    sentences = [
        _headline(found, means, table, best, ties, other, over),
        *_why(found, means),
        *_next(found, ties, over, tested=bool(np.isfinite(table.loc[other, "p"]))),
    ]
    return Verdict(use, best, tuple(ties), float(table.loc[other, "p"]), over, tuple(sentences))


def _effort(name: str) -> tuple[int, str]:
    place = SIMPLEST_FIRST.index(name) if name in SIMPLEST_FIRST else len(SIMPLEST_FIRST)
    return place, name


def _count(found: Backtest) -> int:
    return 1 if found.id_col is None else len(found.forecasts[found.id_col].unique())


def _headline(
    found: Backtest,
    means: Any,
    table: Any,
    best: str,
    ties: list[str],
    other: str,
    over: str,
) -> str:
    count = len(found.losses("absolute", over))
    row = table.loc[other]
    gain = 1.0 - means[best] / means[other] if means[other] else 0.0
    test = f"p {written(row['p'])}" if np.isfinite(row["p"]) else "too few to test"
    told = f"Diebold-Mariano over {count} {over}, {test}"
    if np.isfinite(row["low"]):
        told += f"; 95 % interval of the gain {_share(row['low'])} to {_share(row['high'])}"
    if len(ties) == 1:
        return f"use {best}: its error is {_share(gain)} below that of {other}, the next ({told})"
    names = " and ".join([", ".join(ties[:-1]), ties[-1]])
    ahead = f"{best} is {_share(gain)} ahead of {other}"
    tie = f"use {ties[0]}, the simplest of those that do best: {names} tie"
    if other in ties:
        return f"{tie}, their difference could be chance ({ahead}; {told})"
    return f"{tie}, their difference could be chance; {ahead} ({told})"


def _share(gain: float) -> str:
    """Write a share; what is nearly all is not all."""
    return f"{gain:.0%}" if gain < 0.985 else f"{gain:.2%}"


def _why(found: Backtest, means: Any) -> list[str]:
    sentences = []
    rivals = [name for name in _ARIMAS if name in means.index]
    if "LSTM" in means.index and rivals:
        rival = min(rivals, key=lambda name: means[name])
        gain = 1.0 - means["LSTM"] / means[rival] if means[rival] else 0.0
        word = "gains {:.0%} over" if gain > 0 else "loses {:.0%} to"
        sentences.append(f"the LSTM {word.format(abs(gain))} {rival}")
    sentences += nature_of(found)
    return sentences


def nature_of(found: Backtest) -> list[str]:
    """Say what kind of series these are, as far as it bears on the choice of a model.

    Parameters
    ----------
    found : Backtest
        Its data are looked at; of many series, twenty.

    Returns
    -------
    list of str
        A sentence each; none where the series are too short to say.
    """
    told = []
    step = max(1, len(found.panel) // _MOST_ASKED)
    for series in list(found.panel)[::step][:_MOST_ASKED]:
        season = found.season
        values = series.values
        if is_seasonal(values, season):
            values = SeasonalAdjustment.fit(values, season, "additive").transform(values)
        try:
            memory, walk = long_memory(values), random_walk(values)
            wanders = memory.d > 0.75
            bent = nonlinearity(np.diff(values) if wanders else values)
        except DataError:
            continue
        told.append((bent, memory, walk))
    if not told:
        return ["the series are too short to ask whether they are linear or how long they remember"]
    if len(found.panel) == 1:
        bent, memory, walk = told[0]
        return [walk.sentence, bent.sentence, memory.sentence]
    shares = (
        ("not linear", np.mean([bent.p < 0.05 for bent, _, _ in told])),
        ("of long memory", np.mean([m.d - 1.96 * m.error > 0 for _, m, _ in told])),
        ("random walks, as far as can be told", np.mean([w.p >= 0.05 for _, _, w in told])),
    )
    parts = ", ".join(f"{share:.0%} are {what}" for what, share in shares)
    return [f"of {len(told)} series that were asked, {parts}"]


def _next(found: Backtest, ties: list[str], over: str, *, tested: bool) -> list[str]:
    sentences = []
    cutoffs = found.forecasts["cutoff"].nunique()
    if over == "cutoffs" and cutoffs < _FEW_CUTOFFS and (len(ties) > 1 or not tested):
        sentences.append(
            f"{cutoffs} cutoffs tell little apart: more of them (n_windows=20) would make it surer"
        )
    longest = int(np.diff(found.panel.offsets).max())
    if "LSTM" in found.models and "LSTM" not in ties and longest < 200 and len(found.panel) < 20:
        sentences.append(
            f"the longest series has {longest} values, which is little for an LSTM: a longer "
            "history, or related series beside it, would help it most"
        )
    if "LSTM" in ties:
        errors = one_step_errors(found, "LSTM")
        if _count(found) == 1 and len(errors) >= 20 and ljung_box(errors).p < 0.01:
            sentences.append(
                "the LSTM's errors still remember each other: more updates, units or seeds may help"
            )
    return sentences


def one_step_errors(found: Backtest, model: str) -> np.ndarray:
    """Give actual less forecast one step ahead, in the order of time; of the first series."""
    table: Any = found.forecasts[found.forecasts["step"] == 1]
    if found.id_col is not None:
        table = table[table[found.id_col] == table[found.id_col].iloc[0]]
    table = table.sort_values("cutoff", kind="stable")
    return table[found.target_col].to_numpy(np.float64) - table[model].to_numpy(np.float64)


def diagnose(found: Backtest, model: str = "LSTM") -> dict[str, str]:
    """Say what the errors of a model still hold, with the number behind each answer.

    Parameters
    ----------
    found : Backtest
        Of one series or many; what needs the order of time is asked of a single one.
    model : str, default "LSTM"
        Which model.

    Returns
    -------
    dict of str to str
        Questions and answers; those that the data cannot answer are left out.

    Raises
    ------
    UsageError
        If there is no such model.
    """
    if model not in found.models:
        raise UsageError(f'there is no model "{model}"; there are {", ".join(found.models)}')
    answers: dict[str, str] = {}
    steps = found.losses("absolute", "steps")
    reference = found.reference if found.reference not in (None, model) else None
    if reference is not None and len(steps) > 1:
        answers["Is the horizon too long?"] = horizon_skill(
            steps[model].to_numpy(), steps[reference].to_numpy(), reference
        ).sentence
    cutoffs = found.losses("absolute", "cutoffs")[model].to_numpy()
    if len(cutoffs) >= 10:
        answers["Is there drift?"] = drift(cutoffs).sentence
    if _count(found) == 1:
        errors = one_step_errors(found, model)
        every = found.forecasts.sort_values(["cutoff", "step"], kind="stable")
        all_errors = every[found.target_col].to_numpy(float) - every[model].to_numpy(float)
        if len(all_errors) >= 10:
            overlap = max(1, len(steps) if len(cutoffs) > 1 else 1)
            answers["Are forecasts biased?"] = mean_error(all_errors, overlap).sentence
        if len(errors) >= 20 and np.ptp(errors) > 0:
            answers["Is anything left in the errors?"] = ljung_box(errors).sentence
            answers["Do large errors come in spells?"] = uneven_spread(errors).sentence
        answers |= _one_step_answers(found, model, errors)
    return answers


def _one_step_answers(found: Backtest, model: str, errors: np.ndarray) -> dict[str, str]:
    """Answer what needs every step's forecast one step ahead."""
    table: Any = found.forecasts[found.forecasts["step"] == 1]
    table = table.sort_values("cutoff", kind="stable")
    values = found.panel[0].values
    together = len(table) >= 20 and found.one_by_one
    answers = {}
    if together and np.ptp(table[model]) > 0:
        answers["Does it copy the last value?"] = copies_last_value(
            table[found.target_col].to_numpy(float), table[model].to_numpy(float)
        ).sentence
        if len(values) >= 300:
            floor = estimated_floor(values)
            root = float(np.sqrt(np.mean(errors**2)))
            if floor > 0:
                answers["How far is it from the noise floor?"] = (
                    floor_distance(root, floor).sentence.removesuffix(".")
                    + ", as far as the series' own near repeats tell"
                )
    return answers
