"""A saved forecaster says what it said, and is data: nothing else is ever loaded."""

import copy
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.hostile import attack, forecasts
from helpers.many_series import save_and_load

import gatecast
from gatecast import LSTMForecaster, PretrainedLSTM, storage
from gatecast.datasets import air_passengers
from gatecast.errors import ModelFileError, NotFittedError, NotFoundError, UsageError

QUICK = {"max_steps": 20, "n_networks": 2, "hidden": 6, "pretrained": False}


def single():
    return air_passengers().drop(columns="unique_id")


def many():
    rng = np.random.default_rng(0)
    times = pd.date_range("2024-01-01", periods=60, freq="h", tz="Asia/Shanghai")
    return pd.concat(
        pd.DataFrame({"unique_id": name, "at": times, "sold": rng.normal(size=60).cumsum()})
        for name in ("北", "south", "<script>")
    )


def seasonal():
    rng = np.random.default_rng(0)
    t = np.arange(60)
    return pd.concat(
        pd.DataFrame(
            {"unique_id": f"s{i}", "ds": t, "y": 9 + np.sin(t * np.pi / 2) + rng.normal(0, 0.1, 60)}
        )
        for i in range(20)
    )


CASES = {
    "one series": (single, {"h": 5}),
    "intervals": (single, {"h": 5, "level": [80, 95]}),
    "gru": (single, {"h": 5, "cell": "gru", "layers": 2}),
    "many, with a time zone": (many, {"h": 3, "level": [90]}),
    "a set that sees its season": (seasonal, {"h": 3, "level": [80], "season_length": 4}),
    "numbered": (lambda: pd.DataFrame({"y": np.arange(40.0)}), {"h": 2}),
    "too short to hold back": (lambda: pd.DataFrame({"y": np.arange(8.0)}), {"h": 2}),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_it_says_and_goes_on_as_the_saved_one_bit_for_bit(tmp_path, case):
    make, settings = CASES[case]
    frame = make()
    model = LSTMForecaster(**settings, **QUICK).fit(frame)
    path = tmp_path / "model.gatecast"
    model.save(path)
    loaded = gatecast.load(path)
    pd.testing.assert_frame_equal(loaded.predict(), model.predict(), check_exact=True)
    assert loaded.decisions() == model.decisions()
    assert loaded.get_params() == {**model.get_params(), "level": tuple(model.level)}
    new = np.ones((len(model.ends_.ids), 2))
    pd.testing.assert_frame_equal(
        loaded.update(new).predict(), model.update(new).predict(), check_exact=True
    )
    loaded.save(path)  # over the old one
    pd.testing.assert_frame_equal(gatecast.load(path).predict(), model.predict())
    with pytest.raises(NotFittedError, match="does not hold"):
        loaded.predict_insample()


@pytest.mark.slow
def test_it_is_small_and_holds_no_training_data(tmp_path):
    frame = single()
    rng = np.random.default_rng(0)
    frame["y"] = frame["y"] + rng.random(len(frame))  # values that cannot be there by chance
    model = LSTMForecaster(h=12, level=[80], max_steps=20, pretrained=False).fit(frame)
    path = tmp_path / "model.gatecast"
    model.save(path)
    assert path.stat().st_size < 1_000_000
    arrays, document = storage.read_arrays(path)
    known = np.concatenate([frame["y"], model.transforms_[0].transform(frame["y"].to_numpy())])
    held = np.concatenate([a.ravel() for a in arrays.values() if a.dtype == np.float64])
    # the last value, in the network's unit, is what the next step starts from
    assert set(np.intersect1d(known, held)) <= {known[-1]}
    assert document["settings"]["hidden"] == 48
    assert len(document["fingerprint"]) == 64
    assert document["gatecast"] == gatecast.__version__


def rewritten(path, change):
    """Write the file again, with a right checksum, after a change."""
    arrays, document = storage.read_arrays(path)
    change(arrays, document)
    storage.write_arrays(path, arrays, document)


def put(**values):
    return lambda _, document: document.update(values)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(kind="gatecast training"), "not a saved forecaster"),
        (put(version=99), "format version 99, .* install a newer gatecast"),
        (put(version="1"), "format version 1"),
        (put(transforms=[{"name": "os.system", "command": "touch owned"}]), "'os.system'"),
        (put(transforms=[{"name": "Log", "wrong": 1}]), "not a whole forecaster"),
        (put(transforms=[]), "do not fit together"),
        (
            lambda arrays, _: arrays.update(
                {"ends.ids": np.frombuffer(b'["a", "b"]      ', np.int64)}
            ),
            "do not fit together",
        ),
        (
            lambda arrays, _: arrays.update({"transform0.rows": np.array([7])}),
            "do not fit together",
        ),
        (
            lambda arrays, _: arrays.update({"transform0.floor": np.ones(2)}),
            "do not fit together",
        ),
        (put(layouts=[]), "do not fit together"),
        (put(lags=[1, 2]), "do not fit together"),
        (put(lags=["1"]), "do not fit together|not a whole forecaster"),
        (put(settings={"h": 5, "level": [], "unknown": 1}), "not a whole forecaster"),
        (put(settings=None), "not a whole forecaster"),
        (put(ends={"columns": ["a"]}), "not a whole forecaster"),
        (lambda arrays, _: arrays.pop("network1.theta"), "not a whole forecaster"),
        (lambda arrays, _: arrays.update(scale=np.ones(3)), r"sizes \[3\], and \[5\]"),
        (
            lambda arrays, _: arrays.update({"network0.theta": np.ones(3, np.float32)}),
            "do not fit together",
        ),
        (
            lambda arrays, _: arrays.update({"network0.hidden": np.ones((1, 9, 6), np.float32)}),
            "network0.hidden has the sizes",
        ),
    ],
)
def test_a_file_changed_on_purpose_is_refused(tmp_path, change, message):
    path = tmp_path / "model.gatecast"
    LSTMForecaster(h=5, **QUICK).fit(single()).save(path)
    rewritten(path, change)
    with pytest.raises(ModelFileError, match=message):
        gatecast.load(path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.gatecast"]


@pytest.mark.slow
def test_every_truncation_and_many_flipped_bits_are_noticed(tmp_path):
    path = tmp_path / "model.gatecast"
    model = LSTMForecaster(h=2, max_steps=5, n_networks=1, hidden=1, pretrained=False)
    model.fit(single()).save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelFileError):
            gatecast.load(path)
    rng = np.random.default_rng(0)
    for bit in rng.integers(0, 8 * len(whole), 3_000):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError):
            gatecast.load(path)


@pytest.mark.slow
def test_a_disk_that_fills_up_leaves_the_old_model_whole(tmp_path, monkeypatch):
    path = tmp_path / "model.gatecast"
    model = LSTMForecaster(h=3, **QUICK).fit(single())
    model.save(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        model.update([500.0]).save(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    gatecast.load(path)


def test_what_cannot_be_saved_or_loaded_is_said(tmp_path):
    with pytest.raises(NotFittedError, match=r"before fit\(\)"):
        LSTMForecaster(h=1).save(tmp_path / "model")
    with pytest.raises(NotFoundError, match="there is no file"):
        gatecast.load(tmp_path / "model")
    (tmp_path / "page.html").write_text(json.dumps({"a": 1}))
    with pytest.raises(ModelFileError, match="not a file that gatecast wrote"):
        gatecast.load(tmp_path / "page.html")


FORMATS = Path(__file__).with_name("formats")
#: What comes after the fit, and what is known in advance before and after it.
_COVARIATES = pd.read_csv(FORMATS / "covariates.csv", parse_dates=["ds"])
LATER = {
    "5-single": ([400.0, 410.0], None, None),
    "5-panel": (np.ones((22, 2)), None, None),
    "5-covariates": (_COVARIATES[60:63], _COVARIATES[60:], _COVARIATES[63:]),
    "5-windows": ([400.0], None, None),
    "6-panel": (np.ones((22, 2)), None, None),
    "6-covariates": (_COVARIATES[60:63], _COVARIATES[60:], _COVARIATES[63:]),
    **{f"{version}-single": ([400.0, 410.0], None, None) for version in (1, 2, 3, 4, 6)},
}


@pytest.mark.parametrize("name", LATER)
def test_a_file_of_an_older_format_forecasts_and_goes_on_as_when_it_was_written(tmp_path, name):
    new, ahead, later = LATER[name]
    model = gatecast.load(FORMATS / f"{name}.gatecast")
    with np.load(FORMATS / "forecasts.npz") as recorded:
        before, after = recorded[f"{name}/predict"], recorded[f"{name}/updated"]
    for loaded in (model, _saved_again(model, tmp_path / "again")):
        columns = ["LSTM", *(c for c in loaded.predict(futr_df=ahead) if c.startswith("LSTM-"))]
        # the windows of a forecast are run again, on any processor
        found = loaded.predict(futr_df=ahead)[columns].to_numpy()
        np.testing.assert_allclose(found, before, rtol=1e-6)
        found = loaded.update(new).predict(futr_df=later)[columns].to_numpy()
        np.testing.assert_allclose(found, after, rtol=1e-5)


def _saved_again(model, path):
    model.save(path)
    assert storage.read_arrays(path)[1]["version"] == 13
    return gatecast.load(path)


@pytest.mark.slow
def test_a_file_grows_by_numbers_alone(tmp_path):
    """No series has an entry in the document: a million of them do not fill the header."""
    sizes = []
    for count in (20, 40):
        frame = pd.concat(
            seasonal().query("unique_id < 's2'").assign(unique_id=f"{i}") for i in range(count)
        )
        frame = frame.groupby("unique_id").head(60)
        LSTMForecaster(h=3, season_length=4, **QUICK).fit(frame).save(tmp_path / "model")
        _, document = storage.read_arrays(tmp_path / "model")
        document["decisions"] = []
        sizes.append(len(json.dumps(document)))
    assert abs(sizes[1] - sizes[0]) < 50


@pytest.mark.slow
@pytest.mark.parametrize(("freq", "season_length"), [("D", 1), ("h", (24, 168))])
def test_very_many_series_are_saved_and_loaded(freq, season_length):
    figures = save_and_load(50, 504 if freq == "h" else 8, freq, season_length)
    assert figures["series"] == 50


@pytest.mark.slow
def test_lies_that_once_got_through(tmp_path):
    table = single()
    look_back, pretrained = tmp_path / "look_back", tmp_path / "pretrained"
    LSTMForecaster(h=2, look_back=5, **QUICK).fit(table).save(look_back)
    PretrainedLSTM(h=2).fit(table).save(pretrained)
    whole = {path: storage.read_arrays(path) for path in (look_back, pretrained)}
    for path, change in (
        (look_back, lambda document: document["settings"].update(calendar=True)),
        (look_back, lambda document: document["ends"]["columns"].__setitem__(2, None)),
        (pretrained, lambda document: document["seasons"].__setitem__(0, 2**31)),
    ):
        arrays, document = copy.deepcopy(whole[path])
        change(document)
        storage.write_arrays(path, arrays, document)
        with pytest.raises(ModelFileError):
            gatecast.load(path)


@pytest.mark.slow
def test_a_file_that_lies_is_refused_or_gives_finite_forecasts(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = attack(tmp_path, 100, verbs=[forecasts])
    assert set(results) == {"refused", "finite"}
    assert min(results.values()) > 15


@pytest.mark.slow
@pytest.mark.parametrize("names", [[1, 2], ["1", "b"]])
def test_the_names_of_series_keep_their_type(names, tmp_path):
    frame = pd.DataFrame({
        "unique_id": np.repeat(names, 30), "ds": np.tile(np.arange(30), 2),
        "y": np.random.default_rng(0).normal(size=60),
    })  # fmt: skip
    for model in (
        LSTMForecaster(2, max_steps=3, n_networks=1, hidden=2, pretrained=False),
        PretrainedLSTM(2),
    ):
        model.fit(frame).save(tmp_path / "model.gatecast")
        loaded = gatecast.load(tmp_path / "model.gatecast").predict()
        pd.testing.assert_frame_equal(loaded, model.predict())


def test_a_model_whose_first_network_went_on_from_the_hold_out_loads(tmp_path):
    y = 10 + np.sin(np.arange(40) / 3) + np.random.default_rng(0).random(40)
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=40), "y": y})
    model = LSTMForecaster(h=2, n_networks=2, hidden=4, pretrained=False).fit(frame)
    first, second = map(len, model.losses_)
    assert first > second  # its steps on all values come after those of the hold-out
    model.save(tmp_path / "m")
    loaded = gatecast.load(tmp_path / "m")
    assert loaded.losses_ == model.losses_
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())


def test_a_series_far_off_leaves_the_model_of_the_others_whole(tmp_path):
    """Errors of all series are shared; added in logarithms a large one is beyond every number."""
    rng, t = np.random.default_rng(1), np.arange(120)
    values = {
        "thermostat": 20 + rng.normal(0, 0.01, 120) - 25 * (t > 116),  # it fails at the end
        "hits": np.exp(2 + 0.25 * np.cumsum(rng.normal(0.05, 1, 120))),
    }
    times = pd.date_range("2024-01-01", periods=120)
    frame = pd.concat(
        pd.DataFrame({"unique_id": n, "ds": times, "y": y}) for n, y in values.items()
    )
    model = LSTMForecaster(h=7, **QUICK).fit(frame)
    assert np.ptp(model.calibration_.paths) > 1000  # in units of a mean change
    model.save(tmp_path / "m")
    loaded = gatecast.load(tmp_path / "m")
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    assert np.isfinite(loaded.simulate(400)["LSTM"]).all()


def _without_losses(model):
    model.losses_ = [[float("nan")]]


def _too_large(model):
    model.panel_.values[-1] = 1e200


def _no_share(model):
    model.weights_ = np.array([np.nan, 1.0])


@pytest.mark.parametrize(
    ("model", "spoil"),
    [
        (LSTMForecaster(h=2, **QUICK), _without_losses),
        (PretrainedLSTM(2), _too_large),
        (gatecast.Combination([PretrainedLSTM(2), "Naive"], 2), _no_share),
    ],
)
def test_what_could_not_be_read_again_does_not_replace_a_file(model, spoil, tmp_path):
    model.fit(single()[-40:]).save(tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    spoil(model)
    with pytest.raises(
        ModelFileError, match=r'not saved in ".*m", since it could not be read again'
    ):
        model.save(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


@pytest.mark.parametrize(
    "model",
    [
        LSTMForecaster(h=2, level=[80], **QUICK),
        PretrainedLSTM(2),
        gatecast.Combination([PretrainedLSTM(2), "Naive"], 2),
    ],
)
def test_settings_that_are_changed_after_the_fit_are_of_the_next_one(model, tmp_path):
    model.fit(single()[-40:]).set_params(h=3, alias="other")
    if not isinstance(model, PretrainedLSTM):  # which has nothing to fit
        model.set_params(level=[])
    before = model.predict()
    assert len(before) == (3 if isinstance(model, PretrainedLSTM) else 2)
    model.save(tmp_path / "m")
    pd.testing.assert_frame_equal(gatecast.load(tmp_path / "m").predict(), before)
    assert len(model.fit(single()[-40:]).predict()) == 3
