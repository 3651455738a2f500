"""Croston, SBA and TSB against their definitions, recorded and by statsforecast."""

import numpy as np
import pandas as pd
import pytest

from gatecast.baselines import SBA, TSB, Croston
from gatecast.errors import DataError, UsageError

SOLD = [0, 0, 4, 0, 2, 0, 0, 6, 0.0]


def forecast(model, values, **more):
    return model.fit(pd.DataFrame({"ds": range(len(values)), "y": values})).predict(**more)


def test_values_are_those_worked_out_by_hand():
    # sizes 4, 2, 6 become 4, 3.8, 4.02; intervals 3, 2, 3 become 3, 2.9, 2.91
    assert forecast(Croston(h=2), SOLD)["Croston"].tolist() == pytest.approx([4.02 / 2.91] * 2)
    assert forecast(SBA(h=1), SOLD)["SBA"].tolist() == pytest.approx([0.95 * 4.02 / 2.91])
    # the probability of a half: 0, 0, .5, .25, .625, .3125, .15625, .578125, .2890625
    tsb = forecast(TSB(h=1, alpha=0.1, beta=0.5), SOLD)["TSB"].tolist()
    assert tsb == pytest.approx([4.02 * 0.2890625])


def test_values_are_those_of_statsforecast():
    models = pytest.importorskip("statsforecast.models", reason="needs the extra [stats]")
    rng = np.random.default_rng(0)
    values = (rng.random(150) < 0.3) * rng.integers(1, 9, 150) * 1.0
    for ours, theirs in (
        (Croston(h=3), models.CrostonClassic()),
        (SBA(h=3), models.CrostonSBA()),
        (TSB(h=3, alpha=0.2, beta=0.1), models.TSB(alpha_d=0.2, alpha_p=0.1)),
    ):
        expected = theirs.forecast(y=values, h=3)["mean"]
        made = forecast(ours, values)[ours.alias]
        np.testing.assert_allclose(made, expected, rtol=1e-5)


@pytest.mark.parametrize("model", [Croston, SBA, TSB])
def test_intervals_are_counts_and_never_negative(model):
    made = forecast(model(h=2, level=[50, 90]), [0, 1, 0, 3, 1, 0, 2, 5, 0, 0])
    name = model.__name__
    for end in ("lo-50", "hi-50", "lo-90", "hi-90"):
        assert made[f"{name}-{end}"].isin([0, 1, 2, 3, 5]).all()
    assert (made[f"{name}-lo-90"] == 0).all()
    assert (made[f"{name}-hi-90"] >= made[f"{name}-hi-50"]).all()
    # half of the steps have demand: the 95 % quantile is the 90 % quantile of sizes
    even = forecast(Croston(h=1, level=[90]), [0, 1, 0, 2, 0, 3, 0, 4, 0, 5])
    assert even["Croston-hi-90"].tolist() == [5]


@pytest.mark.parametrize("model", [Croston, SBA, TSB])
def test_without_demand_the_forecast_is_zero(model):
    made = forecast(model(h=2, level=[80]), [0.0] * 9)
    assert (made.drop(columns="ds") == 0).all(axis=None)


def test_what_is_no_demand_is_refused():
    with pytest.raises(DataError, match=r"demand is not negative, and -1 is there"):
        forecast(Croston(h=2), [0, 1, -1])
    with pytest.raises(UsageError, match="alpha=0 was requested"):
        Croston(h=2, alpha=0)
    with pytest.raises(UsageError, match=r"beta=1\.5 was requested"):
        TSB(h=2, beta=1.5)
