"""Several plans at once: each is that of its own, and the change is from the first."""

import json

import numpy as np
import pandas as pd
import pytest
from helpers.command import gatecast

import gatecast as gc
from gatecast.errors import UsageError

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1}


def sales(n=200, seed=0):
    rng, t = np.random.default_rng(seed), np.arange(n)
    promo = (rng.random(n) < 0.1) * 1.0
    y = 200 + 20 * np.sin(2 * np.pi * t / 7) + 40 * promo + rng.normal(0, 3, n)
    return pd.DataFrame({"ds": pd.date_range("2023-01-01", periods=n), "y": y, "promo": promo})


@pytest.fixture(scope="module")
def fitted():
    frame = sales()
    model = gc.LSTMForecaster(h=7, level=[80], futr_exog_list=["promo"], **QUICK).fit(frame[:193])
    plan = frame[193:].drop(columns="y")
    return model, {"nothing": plan.assign(promo=0.0), "Friday": plan.assign(promo=np.eye(7)[4])}


def test_each_plan_is_forecast_as_alone(fitted):
    model, plans = fitted
    both = model.predict(futr_df=plans)
    assert list(both) == ["plan", "ds", "LSTM", "LSTM-lo-80", "LSTM-hi-80", "LSTM-difference"]
    for name, plan in plans.items():
        rows = both[both["plan"] == name].drop(columns=["plan", "LSTM-difference"])
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), model.predict(futr_df=plan))
    effect = model.effects()["effect"].iloc[0]
    assert effect == pytest.approx(40, abs=5)
    changes = both["LSTM-difference"].to_numpy().reshape(2, 7)
    np.testing.assert_array_equal(changes[0], 0.0)
    np.testing.assert_allclose(changes[1, :4], 0.0, atol=1e-9)
    assert changes[1, 4] == pytest.approx(effect, rel=0.1)


def test_plans_of_other_series(fitted):
    model, plans = fitted
    other = sales(100, seed=3)
    later = {
        name: plan.assign(ds=pd.date_range("2023-04-11", periods=7)) for name, plan in plans.items()
    }
    both = model.predict(other, futr_df=later)
    alone = model.predict(other, futr_df=later["Friday"])
    np.testing.assert_array_equal(both["LSTM"][7:], alone["LSTM"])


def test_a_plan_that_goes_beyond_is_named(fitted):
    model, plans = fitted
    more = {**plans, "three": plans["Friday"].assign(promo=3.0)}
    model.predict(futr_df=more)
    told = [one for one in model.decisions() if one.id == "plans.note"]
    assert [one.fields["plan"] for one in told] == ["three"]
    assert told[0].fields["note"].id == "effects.beyond"
    result = gc.forecast(model, more)
    assert told[0] in result.decisions


@pytest.mark.parametrize("names", [{}, {1: None}, {"": None}])
def test_plans_have_names(fitted, names):
    with pytest.raises(UsageError, match="dict of plans"):
        fitted[0].predict(futr_df=names)


def test_a_column_of_that_name_is_refused(fitted):
    _, plans = fitted
    table = sales(60).assign(plan="a")
    model = gc.LSTMForecaster(h=7, futr_exog_list=["promo"], **QUICK)
    model.fit(table, id_col="plan")
    later = {
        name: plan.assign(ds=pd.date_range("2023-03-02", periods=7), plan="a")
        for name, plan in plans.items()
    }
    with pytest.raises(UsageError, match='have a column "plan"'):
        model.predict(futr_df=later)


def test_the_result_and_its_page(fitted, tmp_path):
    model, plans = fitted
    result = gc.forecast(model, plans)
    pd.testing.assert_frame_equal(result.frame, model.predict(futr_df=plans["nothing"]))
    pd.testing.assert_frame_equal(result.plans, model.predict(futr_df=plans))
    figure = result.plot()
    assert {"nothing", "Friday"} <= {trace.name for trace in figure.data}
    gc.report(result, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for text in ("Plans compared", "计划的比较", "<td>Friday</td>"):
        assert text in page


def test_plans_of_a_panel_have_a_row_for_each_series(tmp_path):
    table = pd.concat([sales(80, seed=i).assign(unique_id=f"s{i}") for i in range(2)])
    model = gc.LSTMForecaster(h=7, futr_exog_list=["promo"], **QUICK).fit(table)
    plan = model.ends_.future_frame(7)
    result = gc.forecast(model, {"no": plan.assign(promo=0.0), "yes": plan.assign(promo=1.0)})
    assert len(result.plans) == 28
    gc.report(result, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<td>yes</td>") == page.count("<td>no</td>") == 2


def test_the_command_line_takes_several_files(fitted, tmp_path):
    _, plans = fitted
    sales()[:193].to_csv(tmp_path / "sales.csv", index=False)
    for name, plan in plans.items():
        plan.to_csv(tmp_path / f"{name}.csv", index=False)
    both = ("--futr-file", "nothing.csv", "--futr-file", "Friday.csv")
    done = gatecast(
        "forecast", "sales.csv", "--h", 7, "--futr-exog", "promo", "--hidden", 4, "--max-steps", 5,
        "--n-networks", 1, *both, "--save", "m", "--script", "again.py", cwd=tmp_path,
    )  # fmt: skip
    rows = done.stdout.splitlines()
    assert rows[0] == "plan,ds,LSTM,LSTM-difference"
    assert [row.split(",")[0] for row in rows[1:]] == ["nothing"] * 7 + ["Friday"] * 7
    assert "{'nothing': 'nothing.csv', 'Friday': 'Friday.csv'}" in (
        tmp_path / "again.py"
    ).read_text(encoding="utf-8")
    assert "Plans compared" in (tmp_path / "gatecast-forecast.html").read_text(encoding="utf-8")
    again = gatecast("predict", "m", *both, "--json", cwd=tmp_path)
    values = [row["LSTM-difference"] for row in json.loads(again.stdout)["forecast"]]
    printed = [float(row.rsplit(",", 1)[1]) for row in rows[1:]]
    np.testing.assert_allclose(values, printed, rtol=1e-4, atol=1e-6)
