"""Rows of events become one value for each period of each series."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.baselines import Naive
from gatecast.data.aggregation import aggregated_frequency
from gatecast.data.reading import read_panel
from gatecast.data.schema import Schema
from gatecast.errors import DataError, UsageError

QUICK = {"hidden": 4, "max_steps": 4, "n_networks": 1, "pretrained": False}


def sales(days=40, shops=("a", "b"), seed=0, until=24):
    """Sales at 9 to 18 o'clock of each day; those of the last day up to an hour of the day."""
    rng = np.random.default_rng(seed)
    parts = []
    for shop in shops:
        day = np.repeat(np.arange(days), rng.poisson(6, days))
        hour = rng.uniform(9, 18, len(day))
        kept = (day < days - 1) | (hour < until)
        times = pd.Timestamp("2024-01-01") + pd.to_timedelta(day * 24 + hour, unit="h").floor("s")
        pieces = rng.integers(1, 5, len(day))
        parts.append(pd.DataFrame({"shop": shop, "time": times, "pieces": pieces})[kept])
    return pd.concat(parts).sample(frac=1, random_state=seed, ignore_index=True)


def read(table, **more):
    return read_panel(table, id_col="shop", target_col="pieces", **more)


@pytest.mark.parametrize(
    ("how", "freq"),
    [
        *[(h, f) for h in ("sum", "count") for f in ("D", "h", "6h", "MS", "ME", "W-MON", "YE")],
        *[(h, f) for h in ("mean", "last") for f in ("D", "MS", "QS-FEB", "QE-FEB", "YS-APR")],
    ],
)
def test_values_are_those_of_pandas(how, freq):
    table = sales(days=400)
    panel = read(table, aggregate=how, freq=freq)
    names = {"W-MON": "W-SUN"}  # weeks of ours begin then, of pandas end
    if tuple(map(int, pd.__version__.split(".")[:2])) < (2, 2):
        names |= {"ME": "M", "YE": "A", "QE-FEB": "Q-FEB", "YS-APR": "AS-APR"}
    pandas_freq = names.get(freq, freq)
    ordered = table.sort_values("time")
    groups = ordered.set_index("time").groupby("shop")["pieces"].resample(pandas_freq)
    expected = getattr(groups, how)()
    for series in panel:
        values = expected.loc[series.id]
        if freq == "W-MON":
            values.index -= pd.Timedelta(days=6)
        ours = pd.Series(series.values, series.times)
        filled = panel.filled[panel.offsets[0] : panel.offsets[1]]
        # the last period is perhaps unfinished; gaps of means are lines
        assert set(ours.index) <= set(values.index)
        both = pd.concat([ours, values], axis=1, join="inner").dropna()
        np.testing.assert_allclose(both.iloc[:, 0], both.iloc[:, 1])
        assert len(ours) >= len(values) - 1
        assert not filled.any() or how in ("mean", "last")


def test_weeks_begin_on_monday_or_as_their_name_says():
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=28), "y": 1.0})  # a Monday
    assert read_panel(table, aggregate="sum", freq="W").values.tolist() == [7] * 4
    sundays = read_panel(table, aggregate="sum", freq="W-SUN")
    assert sundays.values.tolist() == [6, 7, 7, 7]  # the last one has begun
    assert sundays.times[1] == np.datetime64("2024-01-07")
    assert sundays.freq == "W-SUN"


def test_weekends_belong_to_the_next_business_day():
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=28), "y": 1.0})
    panel = read_panel(table, aggregate="sum", freq="B")
    assert panel.values.tolist()[:7] == [1, 1, 1, 1, 1, 3, 1]


def test_step_numbers_are_added_up_as_well():
    table = pd.DataFrame({"step": [3, 3, 4, 8, 8], "y": [1, 2, 3, 4, 5]})
    assert read_panel(table, aggregate="sum").values.tolist() == [3, 3, 0, 0, 0, 9]
    assert read_panel(table, aggregate="sum", freq=2).values.tolist() == [6, 0, 9]


def test_sums_begin_with_a_series_and_end_with_the_table():
    table = pd.DataFrame(
        {"id": list("aabb"), "ds": pd.to_datetime(["2024-01-02", "2024-01-02", "2024-01-04",
                                                   "2024-01-05"]), "y": [1, 2, 3, 4]}
    )  # fmt: skip
    panel = read_panel(table, id_col="id", aggregate="sum")
    assert [one.values.tolist() for one in panel] == [[3, 0, 0, 0], [3, 4]]
    mean = read_panel(table, id_col="id", aggregate="mean")
    assert [one.values.tolist() for one in mean] == [[1.5], [3, 4]]
    weekly = pd.DataFrame({"ds": pd.date_range("2024-01-03", periods=9, freq="7D"), "y": 1.0})
    assert read_panel(pd.concat([weekly, weekly]), aggregate="sum").freq == "W-WED"
    assert read_panel(pd.concat([weekly, table[["ds", "y"]]]), aggregate="sum").freq == "D"


def test_blank_values_count_as_none():
    days = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"])
    table = pd.DataFrame({"ds": days, "y": [1, np.nan, np.nan, 5, 7]})
    expected = {"sum": [1, 5, 7], "mean": [1, 5, 7], "last": [1, 5, 7], "count": [1, 1, 1]}
    for how, values in expected.items():
        assert read_panel(table, target_col="y", aggregate=how).values.tolist() == values
    # rows are counted where no column is named
    panel = read_panel(table, aggregate="count")
    assert panel.values.tolist() == [2, 2, 1]
    assert panel.target_col == "count"
    names = table.assign(y=list("vwxyz"))
    assert read_panel(names, aggregate="count").values.tolist() == [2, 2, 1]


def test_an_unfinished_last_day_is_not_a_drop():
    whole, part = read(sales(), aggregate="sum", freq="D"), sales(until=13)
    panel = read(part, aggregate="sum", freq="D")
    assert panel.lengths.tolist() == [39, 39]
    np.testing.assert_array_equal(panel.values, whole.head(39).values)
    assert any("the period from 2024-02-09 on is not finished" in note for note in panel.notes)
    assert any("is taken as finished; its last row is of 2024-02-09 17" in n for n in whole.notes)
    # a mean of half a day is no drop
    assert read(part, aggregate="mean", freq="D").lengths.tolist() == [40, 40]


def test_an_unfinished_month_of_dates_is_not_a_drop():
    days = pd.DataFrame({"ds": pd.date_range("2023-01-01", "2024-01-20"), "y": 1.0})
    assert read_panel(days, aggregate="sum", freq="MS").values.tolist()[-2:] == [30, 31]
    to_the_end = pd.DataFrame({"ds": pd.date_range("2023-01-01", "2024-01-30"), "y": 1.0})
    assert read_panel(to_the_end, aggregate="sum", freq="MS").values.tolist()[-2:] == [31, 30]


def test_few_sales_do_not_make_a_day_unfinished():
    rng = np.random.default_rng(0)
    day = np.repeat(np.arange(300), rng.poisson(1.5, 300))
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        day * 24 + rng.uniform(9, 18, len(day)), unit="h"
    )
    table = pd.DataFrame({"ds": times.floor("s"), "y": 1.0}).sort_values("ds")
    ends = [table[table["ds"] < f"2024-09-{d:02} 23:59"] for d in range(1, 29)]
    dropped = [
        "not finished" in " ".join(read_panel(one, aggregate="sum", freq="D").notes) for one in ends
    ]
    assert sum(dropped) <= 3  # of 28 days that are whole


def test_days_are_those_of_the_time_zone():
    times = pd.to_datetime(["2024-01-01 23:30", "2024-01-02 00:30", "2024-01-03 12:00"])
    table = pd.DataFrame({"ds": times.tz_localize("Europe/Berlin"), "y": [1, 2, 3]})
    panel = read_panel(table, aggregate="sum", freq="D")
    assert panel.values.tolist() == [1, 2, 3]
    assert panel.future_frame(1)["ds"][0] == pd.Timestamp("2024-01-04", tz="Europe/Berlin")
    hours = read_panel(table, aggregate="sum", freq="h")
    assert hours.values.tolist() == [1, 2, *[0] * 35, 3]
    dates = pd.date_range("2024-03-25", periods=14, tz="Europe/Berlin").repeat(2)
    table = pd.DataFrame({"ds": dates, "y": 1.0})
    assert aggregated_frequency(read_rows_of(table), None) == "D"
    assert read_panel(table, aggregate="sum").values.tolist() == [2] * 14


def read_rows_of(table):
    from gatecast.data.reading.columns import choose_columns
    from gatecast.data.reading.read import read_rows
    from gatecast.data.reading.tables import open_table

    opened = open_table(table)
    return read_rows(opened, choose_columns(opened, None, None, None)[0])


def test_further_columns_are_averaged_or_kept():
    days = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-03", "2024-01-03"])
    table = pd.DataFrame(
        {"ds": days, "y": 1, "price": [1.0, 2.0, 0.1, 0.1], "kind": ["u", "v", "w", "v"]}
    )
    panel = read_panel(table, target_col="y", extra_cols=["price", "kind"], aggregate="sum")
    assert panel.values.tolist() == [2, 0, 2]
    assert panel.extra["price"].tolist() == [1.5, 1.5, 0.1]
    assert panel.extra["kind"].tolist() == ["v", "v", "v"]


def test_what_cannot_be_done_is_said():
    with pytest.raises(UsageError, match="aggregate needs freq where times have a clock"):
        read(sales(), aggregate="sum")
    with pytest.raises(UsageError, match='aggregate="most" was requested'):
        read(sales(), aggregate="most")
    with pytest.raises(UsageError, match="no periods of the calendar"):
        read(sales(), aggregate="sum", freq="4-4-5W@2024-01-28")
    with pytest.raises(DataError, match=r'or let aggregate="sum" add them up'):
        read(sales().assign(time=pd.Timestamp("2024-01-01")))
    stray = sales(3)
    stray.loc[0, "time"] = pd.Timestamp("2250-01-01")
    with pytest.raises(DataError, match="far more than rows"):
        read(stray, aggregate="sum", freq="s")
    for model in (gc.LSTMForecaster, gc.PretrainedLSTM, Naive):
        with pytest.raises(UsageError, match="aggregate"):
            model(h=3, aggregate="most")


@pytest.mark.parametrize("make", [lambda **m: gc.LSTMForecaster(h=3, **QUICK, **m),
                                  lambda **m: gc.PretrainedLSTM(h=3, **m)])  # fmt: skip
def test_rows_of_an_update_are_added_up_alike(make, tmp_path):
    table = sales(days=44, shops=("a", "b", "c")).sort_values("time", ignore_index=True)
    table = table[(table["shop"] != "c") | (table["time"] < "2024-02-10")]  # sells nothing later
    columns = {"id_col": "shop", "target_col": "pieces"}
    known = table[table["time"] < "2024-02-10"]
    model = make(aggregate="sum", freq="D").fit(known, **columns)
    model.save(tmp_path / "m.gatecast")
    loaded = gc.load(tmp_path / "m.gatecast")
    loaded.update(table)
    assert "passed over" in " ".join(loaded.decisions())
    whole = read_panel(table, **columns, aggregate="sum", freq="D")
    after = make(aggregate="sum", freq="D").fit(known, **columns)
    after.update(whole.tail(4))
    pd.testing.assert_frame_equal(loaded.predict(), after.predict())
    assert len(loaded.predict()) == 9
    # the rest of the third day alone: it is not finished
    day = table[(table["time"] >= "2024-02-10") & (table["time"] < "2024-02-12 12:00")]
    early = gc.load(tmp_path / "m.gatecast").update(day)
    assert early.predict()["time"].min() == pd.Timestamp("2024-02-12")
    assert "the period from 2024-02-12 on is not finished" in " ".join(early.decisions())
    with pytest.raises(DataError, match="the period from 2024-02-10 on is not finished"):
        gc.load(tmp_path / "m.gatecast").update(day[day["time"] < "2024-02-10 12:00"])


def test_counts_and_other_histories_are_read_alike():
    table = sales().drop(columns="pieces").sort_values("time", ignore_index=True)
    model = gc.LSTMForecaster(h=3, aggregate="count", freq="D", **QUICK)
    model.fit(table[table["time"] < "2024-02-08"], id_col="shop")
    model.update(table)
    assert model.ends_.lengths.tolist() == [40, 40]
    others = model.predict(table.assign(shop="new " + table["shop"]))
    assert others["shop"].unique().tolist() == ["new b", "new a"]
    assert others["time"].min() == pd.Timestamp("2024-02-10")


def test_a_plan_may_have_several_rows_of_a_day():
    table = sales(days=40, shops=("a",)).sort_values("time", ignore_index=True)
    table["promo"] = (table["time"].dt.day_of_week == 2) * 1.0
    model = gc.LSTMForecaster(h=2, aggregate="sum", freq="D", futr_exog_list=["promo"], **QUICK)
    model.fit(table, target_col="pieces", id_col="shop")
    days = pd.date_range(model.ends_.times[0], periods=3, freq="D")[1:].as_unit("ns")
    plan = pd.DataFrame({"time": days, "promo": [0.0, 1.0]})
    twice = pd.concat([plan, plan.assign(time=plan["time"] + pd.Timedelta(hours=9))])
    pd.testing.assert_frame_equal(model.predict(futr_df=twice), model.predict(futr_df=plan))


def test_a_schema_of_before_is_read():
    document = Schema().to_json()
    assert "aggregation" not in document
    assert Schema.from_json(document) == Schema()
    panel = read(sales(), aggregate="sum", freq="D")
    assert Schema.from_json(panel.schema.to_json()) == panel.schema


def test_a_backtest_and_a_combination_take_it():
    naive = gc.backtest(Naive(h=3), sales(), n_windows=2, aggregate="sum", freq="D", id_col="shop")
    assert len(naive.forecasts) == 12
    mean = gc.Combination(["Naive", "Drift"], h=3, freq="D", aggregate="sum")
    assert len(mean.fit(sales(), id_col="shop").predict()) == 6
