"""The pretrained forecaster as its users meet it."""

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import PretrainedLSTM
from gatecast.data.reading import read_panel
from gatecast.datasets import air_passengers
from gatecast.errors import DataError, ModelFileError, NotFittedError, UsageError
from gatecast.pretrained.features import step_inputs
from gatecast.pretrained.model_form import read_document, to_document
from gatecast.pretrained.network import LEVELS


@pytest.fixture(scope="module")
def passengers():
    return air_passengers()


def panel_of(*lengths, freq="MS"):
    rng = np.random.default_rng(1)
    parts = [
        pd.DataFrame({
            "unique_id": f"series {i}",
            "ds": pd.date_range("2000-01-01", periods=n, freq=freq),
            "y": rng.standard_normal(n).cumsum() + 20,
        })
        for i, n in enumerate(lengths)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_it_beats_the_seasonal_naive_forecast_on_the_passengers(passengers):
    known, future = passengers.iloc[:-12], passengers.iloc[-12:]
    forecast = PretrainedLSTM(h=12).fit(known).predict()
    assert list(forecast["ds"]) == list(future["ds"])
    error = np.abs(forecast["PretrainedLSTM"].to_numpy() - future["y"].to_numpy()).mean()
    naive = np.abs(known["y"].to_numpy()[-12:] - future["y"].to_numpy()).mean()
    assert error < 0.6 * naive


def test_intervals_nest_and_bound_the_median(passengers):
    f = PretrainedLSTM(h=6, level=[80, 95]).fit(passengers).predict()
    names = ["lo-95", "lo-80", None, "hi-80", "hi-95"]
    columns = [f["PretrainedLSTM" + (f"-{n}" if n else "")].to_numpy() for n in names]
    assert (np.diff(columns, axis=0) > 0).all()
    assert columns[0].min() > 0  # a positive series stays positive


@pytest.mark.slow
def test_series_of_a_panel_are_forecast_as_alone():
    table = panel_of(3, 40, 40, 75, 1100)
    whole = PretrainedLSTM(h=5).fit(table).predict()
    for name, rows in table.groupby("unique_id"):
        alone = PretrainedLSTM(h=5).fit(rows).predict()
        together = whole[whole["unique_id"] == name]["PretrainedLSTM"]
        np.testing.assert_allclose(alone["PretrainedLSTM"], together, rtol=1e-5)


def test_an_update_equals_a_fit_on_everything(passengers):
    model = PretrainedLSTM(h=6, level=[80]).fit(passengers.iloc[:-10])
    model.update(passengers.iloc[-10:-4]).update(list(passengers["y"].iloc[-4:]))
    whole = PretrainedLSTM(h=6, level=[80]).fit(passengers).predict()
    pd.testing.assert_frame_equal(model.predict(), whole)


def test_an_update_of_one_series_leaves_the_others(passengers):
    table = panel_of(30, 40)
    model = PretrainedLSTM(h=2).fit(table)
    before = model.predict()
    row = pd.DataFrame({"unique_id": ["series 1"], "ds": [pd.Timestamp("2003-05-01")], "y": [21.0]})
    after = model.update(row).predict()
    assert after.iloc[:2].equals(before.iloc[:2])
    assert after["ds"].iloc[2] == pd.Timestamp("2003-06-01")


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        (pd.DataFrame({"unique_id": ["air_passengers"] * 3, "y": [1.0, 2.0, 3.0],
                       "ds": pd.date_range("1962-01-01", periods=3, freq="MS")}),
         DataError, "the next value is that of"),
        ([1.0, np.nan], DataError, "NaN"),
        ([1.0, 1.7976931348623157e308], DataError, r"1.79769e\+308 of .* is too large"),
        (np.zeros((2, 3)), DataError, "all 1 series"),
    ],
)  # fmt: skip
def test_an_update_that_does_not_fit_is_refused_and_changes_nothing(passengers, rows, error, words):
    model = PretrainedLSTM(h=2).fit(passengers)
    before = model.predict()
    with pytest.raises(error, match=words):
        model.update(rows)
    assert model.predict().equals(before)


@pytest.mark.slow
def test_other_series_are_forecast_and_taken_in_without_a_fit(tmp_path):
    """As if they had been in the fit; those that were keep their forecasts, bit for bit."""
    table = panel_of(30, 45, 30, 3, 45, 30)
    names = table["unique_id"].unique()
    before, new = (table[table["unique_id"].isin(part)] for part in (names[:2], names[2:]))
    whole = PretrainedLSTM(h=2, level=[80]).fit(table).predict()
    model = PretrainedLSTM(h=2, level=[80]).fit(before)
    expected = whole[4:].reset_index(drop=True)
    pd.testing.assert_frame_equal(model.predict(new), expected, check_exact=True)
    pd.testing.assert_frame_equal(model.predict(), whole[:4], check_exact=True)
    model.update(new)
    model.save(tmp_path / "m.gatecast")
    for other in (model, gatecast.load(tmp_path / "m.gatecast")):
        pd.testing.assert_frame_equal(other.predict(), whole, check_exact=True)
    one = new[new["unique_id"] == names[3]]
    rows = pd.concat([one.tail(1).assign(ds=pd.Timestamp("2000-04-01")), one.assign(unique_id="z")])
    assert len(model.update(rows).predict()) == 7 * 2


def test_other_series_that_cannot_be_forecast_are_named():
    model = PretrainedLSTM(h=2).fit(panel_of(30, 30))
    rows = panel_of(2).assign(unique_id="other")
    for method in (model.update, model.predict):
        with pytest.raises(DataError, match='"other" was not in the fit and has 2 values; 3 are'):
            method(rows)
    with pytest.raises(DataError, match="have the frequency 'D', and those of the fit 'MS'"):
        model.predict(read_panel(panel_of(30, freq="D")))
    assert len(model.panel_) == 2


@pytest.mark.slow
def test_a_saved_model_forecasts_the_same_bits(tmp_path, passengers):
    model = PretrainedLSTM(h=6, level=[80], season_length=[12]).fit(passengers)
    model.save(tmp_path / "m.gatecast")
    loaded = gatecast.load(tmp_path / "m.gatecast")
    assert isinstance(loaded, PretrainedLSTM)
    assert loaded.predict().equals(model.predict())
    new = list(passengers["y"].iloc[:3])
    assert loaded.update(new).predict().equals(model.update(new).predict())
    for next_value in (np.int64(420), np.float32(430)):  # of any type of number
        model.update(next_value)
    assert loaded.update([420, 430]).predict().equals(model.predict())
    data = bytearray((tmp_path / "m.gatecast").read_bytes())
    data[3000] ^= 1
    (tmp_path / "m.gatecast").write_bytes(data)
    with pytest.raises(ModelFileError):
        gatecast.load(tmp_path / "m.gatecast")


@pytest.mark.slow
def test_a_season_that_the_fit_detected_stays(tmp_path, monkeypatch):
    """The file holds the last values alone, and an update changes them: neither detects anew."""
    t = np.arange(3000)
    values = 20 * np.sin(2 * np.pi * t / 20) + np.random.default_rng(8).standard_normal(3000)
    model = PretrainedLSTM(h=5).fit(pd.Series(values))
    assert model.seasons_ == (20,)
    monkeypatch.setattr("gatecast.forecaster.settings.seasons.find_season", None)
    model.save(tmp_path / "m.gatecast")
    loaded = gatecast.load(tmp_path / "m.gatecast")
    assert loaded.predict().equals(model.predict())
    assert model.update([0.0] * 900).seasons_ == loaded.seasons_ == (20,)


def test_three_values_are_enough_and_two_are_not():
    f = PretrainedLSTM(h=4, level=[90]).fit(pd.Series([3.0, 4.0, 5.5])).predict()
    assert np.isfinite(f.to_numpy(float)).all()
    with pytest.raises(DataError, match="at least 3"):
        PretrainedLSTM(h=4).fit(pd.Series([3.0, 4.0]))


def test_gaps_are_marked_and_the_forecast_is_finite(passengers):
    holes = passengers.drop(index=[40, 41, 42, 100])
    a = PretrainedLSTM(h=6).fit(holes).predict()["PretrainedLSTM"].to_numpy()
    b = PretrainedLSTM(h=6).fit(passengers).predict()["PretrainedLSTM"].to_numpy()
    assert np.isfinite(a).all()
    assert not np.array_equal(a, b)
    assert np.abs(a / b - 1).max() < 0.1


def test_constant_and_zero_series_go_on():
    for value in (0.0, 5.0):
        f = PretrainedLSTM(h=3, level=[80]).fit(pd.Series([value] * 30)).predict()
        np.testing.assert_allclose(f.iloc[:, 1:].to_numpy(float), value, atol=1e-4)


@pytest.mark.parametrize(
    ("freq", "given", "sentence"),
    [
        ("MS", None, "the season is 12 steps, as is usual at this frequency"),
        ("h", None, "the seasons are 24 and 168 steps, as is usual at this frequency"),
        ("MS", 3, "the season is 3 steps, as requested"),
        ("MS", [3, 6], "the seasons are 3 and 6 steps, as requested"),
        ("YS", None, "no season is assumed"),
    ],
)
def test_a_season_that_was_not_looked_for_is_said_to_be_assumed(freq, given, sentence):
    model = PretrainedLSTM(h=2, season_length=given).fit(panel_of(4, freq=freq))
    (told,) = [one for one in model.decisions() if "season" in one]
    assert told.startswith(sentence)
    assert told.endswith("the values were not tested for it") == ("usual" in sentence)


def test_a_season_of_steps_is_one_that_the_values_have():
    y = pd.DataFrame({"y": np.tile([1.0, 5.0, 2.0, 9.0, 3.0, 4.0, 8.0], 12)})
    told = PretrainedLSTM(h=2).fit(y).decisions()
    assert "the season is 7 steps, as detected in the values" in told


def test_further_columns_are_ignored_with_a_sentence(passengers):
    from gatecast.data.reading import read_panel

    table = passengers.assign(promo=np.arange(len(passengers)) % 2)
    model = PretrainedLSTM(h=2).fit(read_panel(table, extra_cols=["promo"]))
    assert any("ignored" in str(s) and "promo" in str(s) for s in model.decisions())
    assert model.predict().equals(PretrainedLSTM(h=2).fit(passengers).predict())


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"h": 0}, "h=0"), ({"h": 2, "level": [120]}, r"level=\[120\]"),
     ({"h": 2, "season_length": 0}, "season_length=0"), ({"h": 2, "weights": "x"}, "weights")],
)  # fmt: skip
def test_settings_that_make_no_sense_get_a_sentence(passengers, settings, words):
    with pytest.raises(UsageError, match=words):
        PretrainedLSTM(**settings).fit(passengers)


def test_before_the_fit_there_is_nothing_to_forecast():
    with pytest.raises(NotFittedError):
        PretrainedLSTM(h=2).predict()


def test_its_gates_are_those_of_the_network_on_the_logarithms(passengers):
    model = PretrainedLSTM(h=2).fit(passengers)
    frame = gatecast.gates(model)
    layout = model.network_.lstm.layout
    assert len(frame) == len(passengers) * 2 * layout.hidden
    inputs = step_inputs(np.log(passengers["y"].to_numpy())[None], 12).inputs
    trace = model.network_.lstm.trace(inputs)[0]  # [n, L, 6, H]
    last = frame[(frame["layer"] == 1) & (frame["unit"] == 5)]
    for place, name in enumerate(["input", "forget", "candidate", "output", "cell", "hidden"]):
        assert np.array_equal(last[name].to_numpy(), trace[:, 1, place, 5])
    assert gatecast.gates(model, passengers.iloc[:30])["hidden"].equals(
        frame["hidden"].iloc[: 30 * 2 * layout.hidden]
    )


def test_quantiles_are_those_of_the_intervals(passengers):
    model = PretrainedLSTM(h=3, level=[95]).fit(passengers)
    q, f = model.quantiles(), model.predict()
    assert q.shape == (1, 3, len(LEVELS))
    np.testing.assert_allclose(f["PretrainedLSTM-lo-95"], q[0, :, 0], rtol=1e-12)
    np.testing.assert_allclose(f["PretrainedLSTM-hi-95"], q[0, :, -1], rtol=1e-12)


def test_a_level_shift_is_looked_for_in_the_values_that_a_file_has(tmp_path):
    rng = np.random.default_rng(0)
    y = np.where(np.arange(3000) < 2200, 0.0, 100.0) + rng.normal(size=3000)
    model = PretrainedLSTM(h=2).fit(pd.Series(y))
    model.save(tmp_path / "m.gatecast")
    assert gatecast.load(tmp_path / "m.gatecast").predict().equals(model.predict())


def test_the_level_after_a_lasting_shift_is_forecast(tmp_path):
    rng = np.random.default_rng(0)
    y = np.where(np.arange(100) < 80, 100.0, 200.0) + rng.normal(size=100)
    days = pd.date_range("2024-01-01", periods=100)
    model = PretrainedLSTM(h=8).fit(pd.DataFrame({"ds": days, "y": y}))
    assert np.abs(model.predict()["PretrainedLSTM"] - 200).max() < 4
    assert "transform.level_shift" in [getattr(one, "id", "") for one in model.decisions()]
    # whatever other series are taken in, and from the file
    alone = model.predict()
    others = panel_of(*[100] * 20, freq="D")
    grown = gatecast.PretrainedLSTM(h=8).fit(pd.DataFrame({"unique_id": "a", "ds": days, "y": y}))
    grown.update(others.assign(ds=np.tile(days, 20)))
    grown.save(tmp_path / "m.gatecast")
    for one in (grown, gatecast.load(tmp_path / "m.gatecast"), grown.on(grown.panel_.take([0]))):
        np.testing.assert_allclose(one.predict().iloc[:8, -1], alone.iloc[:, -1], rtol=1e-5)
    many = PretrainedLSTM(h=8).fit(grown.panel_)
    together, one = many.predict().iloc[:8, -1], many.on(grown.panel_.take([0])).predict()
    assert np.abs(together - 200).max() > 4
    np.testing.assert_allclose(one.iloc[:, -1], together, rtol=1e-5)
    arrays, document = to_document(many)
    del document["moves_level"]  # a file of before
    assert not read_document(PretrainedLSTM, arrays, document).moves_level_
    # not before it can be told from an outlier
    early = PretrainedLSTM(h=8).fit(pd.DataFrame({"ds": days[:81], "y": y[:81]}))
    assert "transform.level_shift" not in [getattr(one, "id", "") for one in early.decisions()]


def test_forecasts_follow_the_unit_of_the_series():
    """Of a fit, one on gaps, an update and the quantiles that a head was trained for."""
    rng, t = np.random.default_rng(0), np.arange(120)
    months = pd.date_range("2014-01-01", periods=120, freq="MS")
    price = 2.5 * np.exp(np.cumsum(rng.normal(0, 0.02, 120)))
    current = np.where(t < 30, 0.0, 10 * np.sin(2 * np.pi * t / 12) + rng.normal(size=120))

    def forecasts(y, unit):
        rows = pd.DataFrame({"ds": months, "y": y * unit})
        holes = rows.drop(index=[70, 71, 90])
        model = PretrainedLSTM(h=3, level=[80], fine_tune=True).fit(holes.iloc[:-4])
        parts = [model.predict(), model.update(rows.tail(4)).predict(), model.predict(rows)]
        return np.concatenate([part.iloc[:, -3:].to_numpy(float) for part in parts]) / unit

    for y in (price, current):
        expected = forecasts(y, 1.0)
        for unit in (1e-12, 1e-6, 1e12):
            np.testing.assert_allclose(forecasts(y, unit), expected, rtol=1e-6, atol=1e-6)


def test_another_last_value_is_refused_in_any_unit(passengers):
    model = PretrainedLSTM(h=2).fit(passengers.assign(y=passengers["y"] * 1e-15))
    with pytest.raises(DataError, match="1960-12-01"):
        model.update(passengers.tail(1).assign(y=4e-13))


def test_a_fit_that_is_interrupted_leaves_the_model_as_it_was(passengers, monkeypatch):
    model = PretrainedLSTM(h=2).fit(passengers)
    before = model.predict()

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("gatecast.pretrained.forecaster.fine_tune", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.set_params(fine_tune=True).fit(passengers[:60])
    assert len(model.panel_.values) == len(passengers)
    assert model.predict().equals(before)


@pytest.mark.parametrize("freq", [None, "MS"])
def test_months_on_a_late_day_go_on_with_it_after_february(tmp_path, freq):
    days = [pd.Timestamp("2015-01-30") + pd.DateOffset(months=i) for i in range(54)]
    rows = pd.DataFrame({"ds": days, "y": np.arange(54.0)})
    model = PretrainedLSTM(h=2, freq=freq).fit(rows.head(50))  # up to 28 February
    model.save(tmp_path / "m.gatecast")
    for one in (model, gatecast.load(tmp_path / "m.gatecast")):
        assert one.predict()["ds"].tolist() == days[50:52]
        one.update(rows.iloc[50:51]).update(read_panel(rows.iloc[51:53]))
        assert one.predict()["ds"].tolist() == [days[53], pd.Timestamp("2019-07-30")]
