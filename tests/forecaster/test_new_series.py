"""Series that were not in the fit: forecast by the same networks, and taken in."""

import warnings

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import LSTMForecaster
from gatecast.data.reading import read_panel
from gatecast.data.transforms import LevelShift
from gatecast.data.transforms.joining import join_pipelines
from gatecast.data.transforms.pipeline import TransformPipeline, Treatment
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.forecaster.forecasting.new_series import fit_others, join

QUICK = {"hidden": 6, "max_steps": 50, "n_networks": 2}


def panel(lengths, first=0, season=7, freq="D", seed=0):
    """Related positive series with a common season, each with a level of its own."""
    rng = np.random.default_rng(seed)
    parts = []
    for i, n in enumerate(lengths, first):
        t = np.arange(n)
        y = 20 + 5 * rng.random() + 3 * np.sin(2 * np.pi * (t + i % 3) / season)
        y = y + 0.3 * rng.normal(0, 1, n).cumsum() + rng.normal(0, 0.5, n)
        times = pd.date_range("2024-01-01", periods=n, freq=freq)
        parts.append(pd.DataFrame({"unique_id": f"s{i:02}", "ds": times, "y": y}))
    return pd.concat(parts, ignore_index=True)


def with_columns(frame, levels):
    """The same with covariates of all three kinds."""
    rng = np.random.default_rng(len(frame))
    code = frame["unique_id"].str[1:].astype(int)
    return frame.assign(
        price=rng.normal(3, 1, len(frame)) * (1 + code),
        promotion=(rng.random(len(frame)) < 0.2) * 1.0,
        kind=[levels[i % len(levels)] for i in code],
        size=code * 1.0,
    )


def after(frame, steps):
    """The next rows of each series, with the last values again."""
    last = frame.groupby("unique_id").tail(1)
    return pd.concat(
        last.assign(ds=last["ds"] + pd.Timedelta(days=k)) for k in range(1, steps + 1)
    ).sort_values(["unique_id", "ds"], ignore_index=True)


COVARIATES = {
    "hist_exog_list": ["price"], "futr_exog_list": ["promotion"],
    "stat_exog_list": ["kind", "size"], "calendar": True,
}  # fmt: skip
KINDS = {
    "single": ({"level": [80]}, [90]),
    "panel": ({"level": [80]}, [60, 50] * 11),
    "linear": ({}, [520] * 3),
    "windows": ({"look_back": 9}, [60, 52]),
    "covariates": ({"level": [80], **COVARIATES}, [70, 64, 70]),
    "requested": ({"log": "box-cox", "clip_outliers": True, "scale": "robust"}, [70, 64, 70]),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_series_of_the_fit_are_forecast_from_their_history_as_by_the_fit(kind):
    """The fit's own series, read as if they were new: what a fit and a new series do is one."""
    options, lengths = KINDS[kind]
    frame = with_columns(panel(lengths), ["wet", "dry"])
    model = LSTMForecaster(h=5, **QUICK, **options).fit(frame, target_col="y")
    plan = after(frame, 5) if "futr_exog_list" in options else None
    if kind == "covariates":
        with pytest.raises(UsageError, match="promotion in advance"):
            model.predict()
    expected = model.predict(futr_df=plan)
    pd.testing.assert_frame_equal(model.predict(frame, futr_df=plan), expected, check_exact=True)
    pd.testing.assert_frame_equal(model.predict(futr_df=plan), expected, check_exact=True)
    again = model.predict(
        read_panel(frame, extra_cols=model.fitted_.covariates.columns), futr_df=plan
    )
    pd.testing.assert_frame_equal(again, expected, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_series_that_came_in_leave_the_forecasts_of_the_others_bit_equal(kind, tmp_path):
    options, lengths = KINDS[kind]
    count = len(lengths)
    frame = with_columns(panel(lengths), ["wet", "dry"])
    # one that is positive, one with zeros, one below zero, one short: other transforms
    new = with_columns(panel([80, 66, 75, 9], first=count, seed=5), ["wet", "snow"])
    y, code = new["y"].to_numpy().copy(), new["unique_id"].str[1:].astype(int).to_numpy() - count
    y = np.where(code == 1, np.maximum(np.round(y - 21), 0), np.where(code == 2, y - 22, y))
    new = new.assign(y=y + (2 if "log" in options else 0) * (code == 1) + 30 * (code == 2))
    model = LSTMForecaster(h=5, **QUICK, **options).fit(frame, target_col="y")
    futr = "futr_exog_list" in options
    plan, plan_of_all = after(frame, 5), after(pd.concat([frame, new]), 5)
    before = model.predict(futr_df=plan if futr else None)
    alone = model.predict(new, futr_df=plan_of_all if futr else None)
    assert len(alone) == 4 * 5

    path = tmp_path / "model.gatecast"
    model.save(path)
    with gatecast.open_for_update(path) as opened:
        opened.update(new)
    model.update(new)
    assert any("s0" in str(s) or "were not in the fit" in str(s) for s in model.decisions())
    for later in (model, gatecast.load(path)):
        both = later.predict(futr_df=plan_of_all if futr else None)
        pd.testing.assert_frame_equal(both.iloc[: count * 5], before, check_exact=True)
        pd.testing.assert_frame_equal(
            both.iloc[count * 5 :].reset_index(drop=True), alone, check_exact=True
        )

    # all of them go on like one model
    rows = after(pd.concat([frame, new]), 2)
    model.update(rows)
    assert (model.ends_.lengths == [*(n + 2 for n in lengths), 82, 68, 77, 11]).all()
    rest = after(rows, 5) if futr else None
    pd.testing.assert_frame_equal(
        gatecast.load(path).update(rows).predict(futr_df=rest), model.predict(futr_df=rest),
        check_exact=True,
    )  # fmt: skip


@pytest.mark.slow
def test_values_that_follow_and_new_series_come_in_one_table():
    frame, new = panel([60] * 22), panel([50, 40], first=22, seed=3)
    model = LSTMForecaster(h=4, **QUICK).fit(frame)
    other = LSTMForecaster(h=4, **QUICK).fit(frame)
    model.update(pd.concat([after(frame, 1), new]))
    pd.testing.assert_frame_equal(
        model.predict().iloc[: 22 * 4], other.update(after(frame, 1)).predict(), check_exact=True
    )
    panel_of_all = read_panel(pd.concat([after(after(frame, 1), 1), after(new, 1)]), freq="D")
    model.update(panel_of_all)
    assert (model.ends_.lengths == [62] * 22 + [51, 41]).all()


@pytest.mark.slow
def test_joining_is_in_the_order_of_coming():
    """Of several updates and of one, the same model."""
    frame = panel([60] * 20)
    one, other = panel([50, 30], first=20, seed=1), panel([45, 60, 8], first=22, seed=2)
    model = LSTMForecaster(h=4, level=[80], **QUICK).fit(frame)
    fitted = model.fitted_
    step = join(
        join(fitted, fit_others(fitted, read_panel(one))), fit_others(fitted, read_panel(other))
    )
    at_once = join(fitted, fit_others(fitted, read_panel(pd.concat([one, other]))))
    median, intervals = step.forecast()
    expected, ends = at_once.forecast()
    np.testing.assert_allclose(step.restore(median), at_once.restore(expected), rtol=1e-6)
    np.testing.assert_allclose(intervals[80][0], ends[80][0], rtol=1e-5, atol=1e-6)
    assert step.ends.ids.tolist() == at_once.ends.ids.tolist() == [f"s{i:02}" for i in range(25)]
    assert step.state.initial_scale == fitted.state.initial_scale


@pytest.mark.slow
def test_a_static_level_that_is_new_counts_as_the_average_of_the_others():
    """Levels move the series up or down by a known slope; a new one has the average slope."""
    rng = np.random.default_rng(0)
    slopes = {"up": 1.0, "flat": 0.0, "down": -1.0}

    def rows(name, level, slope, n=40):
        y = 100 + slope * np.arange(n) + rng.normal(0, 0.3, n)
        times = pd.date_range("2024-01-01", periods=n, freq="D")
        return pd.DataFrame({"unique_id": name, "ds": times, "y": y, "kind": level})

    frame = pd.concat(
        rows(f"{level}{i}", level, slope, 6 + 3 * i)
        for level, slope in slopes.items() for i in range(10)
    )  # fmt: skip
    model = LSTMForecaster(
        h=3, hidden=8, max_steps=200, n_networks=1, stat_exog_list=["kind"], log=False,
        season_length=1, difference=True,
    ).fit(frame)  # fmt: skip
    fixed = model.fitted_.covariates.fixed
    short = pd.concat(rows(level, level, 0.0, 4) for level in ("new", "up", "down"))
    others = fit_others(model.fitted_, read_panel(short, extra_cols=["kind"]))
    np.testing.assert_allclose(others.covariates.fixed[0], fixed.mean(axis=0), rtol=1e-6)
    found = model.predict(short).groupby("unique_id", sort=False)["LSTM"].last()
    moved = found - short.groupby("unique_id", sort=False)["y"].last()
    assert moved["down"] < moved["new"] < moved["up"]
    assert abs(moved["new"]) < 0.5 * min(moved["up"], -moved["down"])
    assert any('"new"' in str(s) and "not in the fit" in str(s) for s in model.decisions())


@pytest.mark.slow
def test_a_table_is_read_as_that_of_the_fit(tmp_path):
    """Decimal commas, days first, names of whole numbers; a wide table; a series without a name."""
    frame = panel([40, 44])
    text = frame.assign(
        unique_id=frame["unique_id"].map({"s00": "1", "s01": "2"}),
        ds=frame["ds"].dt.strftime("%d.%m.%Y"), y=frame["y"].map("{:.3f}".format),
    )  # fmt: skip
    text["y"] = text["y"].str.replace(".", ",")
    text.to_csv(tmp_path / "fit.csv", sep=";", index=False)
    # 1,250 is a little more than one, though nothing in this file says so; 01.02. is in February
    few = text[text["unique_id"] == "1"].assign(unique_id="3").head(6)
    few = few.assign(y=["1,250", "1,375", "1,500", "1,125", "1,250", "1,375"])
    few = few.assign(ds=[f"0{day}.02.2024" for day in range(1, 7)])
    few.to_csv(tmp_path / "new.csv", sep=";", index=False)
    model = LSTMForecaster(h=2, **QUICK).fit(tmp_path / "fit.csv")
    found = model.predict(tmp_path / "new.csv")
    assert found["ds"].tolist() == [pd.Timestamp("2024-02-07"), pd.Timestamp("2024-02-08")]
    assert 0.5 < found["LSTM"].min() < found["LSTM"].max() < 3

    series = frame[frame["unique_id"] == "s00"].set_index("ds")["y"]
    without = model.predict(series.rename("y"))
    assert without.columns.tolist() == ["ds", "LSTM"]

    wide = frame.pivot(index="ds", columns="unique_id", values="y").head(40).reset_index()
    model = LSTMForecaster(h=2, **QUICK).fit(wide)
    one = wide[["ds", "s01"]].rename(columns={"s01": "s07"})
    expected = model.predict(wide).query("unique_id == 's01'")
    found = model.predict(one)
    assert (found["unique_id"] == "s07").all()
    np.testing.assert_allclose(found["LSTM"], expected["LSTM"], rtol=1e-5)
    model.update(one)
    model.update(wide.tail(1).assign(ds=wide["ds"].max() + pd.Timedelta(days=1), s07=21.0))
    assert model.ends_.lengths.tolist() == [41, 41, 41]


@pytest.mark.slow
def test_what_cannot_be_taken_in_is_said_and_changes_nothing():
    frame = with_columns(panel([60] * 3), ["wet", "dry"])
    model = LSTMForecaster(h=4, stat_exog_list=["kind"], **QUICK).fit(frame, target_col="y")
    before = model.predict()
    new = with_columns(panel([40], first=7, seed=2), ["wet"])
    for wrong, error, words in (
        (new.head(3), DataError, '"s07" was not in the fit and has 3 values; 4 are needed'),
        (new.head(1), DataError, "has 1 value; 4 are needed"),
        (new.iloc[::7], DataError, "30 of 36 steps"),
        (new.drop(columns="kind"), NotFoundError, '"kind" is not a column of the table'),
        (new.assign(ds=range(40)), DataError, "step numbers"),
        (new.assign(kind=["wet", "dry"] * 20), DataError, 'column "kind" of series "s07" changes'),
        (new.assign(y=np.nan), DataError, "no value at all"),
    ):
        with pytest.raises(error, match=words):
            model.predict(wrong)
        # beside rows of the model's series, one that cannot be used is left out
        rows = [after(frame, 1)] if "changes" in words else []
        with pytest.raises(error, match=words):
            model.update(pd.concat([*rows, wrong]))
        pd.testing.assert_frame_equal(model.predict(), before, check_exact=True)
    with pytest.raises(NotFoundError, match='the panel has no column "kind"'):
        model.predict(read_panel(panel([40], first=7)))
    monthly = read_panel(panel([40], first=7, freq="MS"))
    with pytest.raises(DataError, match="have the frequency 'MS', and those of the fit"):
        LSTMForecaster(h=4, **QUICK).fit(frame, target_col="y").predict(monthly)


@pytest.mark.slow
def test_a_plan_given_by_position_is_still_a_plan():
    frame = with_columns(panel([60] * 2), ["wet"])
    model = LSTMForecaster(h=4, futr_exog_list=["promotion"], **QUICK).fit(frame, target_col="y")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = model.predict(futr_df=after(frame, 4))
    with pytest.warns(DeprecationWarning, match=r"predict\(futr_df=...\)"):
        found = model.predict(after(frame, 4))
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("shifted", [True, False])
def test_a_level_shift_that_was_taken_out_stays_out_when_a_series_comes_in(shifted):
    rng = np.random.default_rng(3)
    series = [(50 + rng.normal(size=60)).tolist() for _ in range(2)]
    series[0] = [y + 200 * (t >= 45) for t, y in enumerate(series[0])]
    steps = [
        TransformPipeline.fit(np.array(y), np.array([0, 60]), Treatment(3), str) for y in series
    ]
    assert [any(isinstance(s.transform, LevelShift) for s in one.steps) for one in steps] == [
        True, False,
    ]  # fmt: skip
    first, second = (0, 1) if shifted else (1, 0)
    joined = join_pipelines(steps[first], steps[second])
    values, offsets = np.array(series[first] + series[second]), np.array([0, 60, 120])
    expected = [steps[i].transform_flat(np.array(series[i]), offsets[:2]) for i in (first, second)]
    np.testing.assert_array_equal(joined.transform_flat(values, offsets), np.concatenate(expected))


@pytest.mark.parametrize("settings", [{"level": [80]}, {"calendar": True, "pretrained": False}])
def test_no_bit_of_a_forecast_depends_on_the_other_series(settings):
    frame = panel([60, 50, 41] * 8)
    model = LSTMForecaster(3, season_length=7, **QUICK, **settings).fit(panel([50] * 4, first=50))
    whole = model.predict(frame)
    for names in (["s04"], ["s00", "s02", "s21"], [f"s{i:02}" for i in range(1, 24, 2)]):
        some = model.predict(frame[frame["unique_id"].isin(names)])
        expected = whole[whole["unique_id"].isin(names)].reset_index(drop=True)
        pd.testing.assert_frame_equal(some, expected, check_exact=True)
