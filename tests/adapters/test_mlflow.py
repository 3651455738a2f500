"""The MLflow flavour, with a local store."""

import importlib

import numpy as np
import pandas as pd
import pytest

import gatecast as gc

pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow

FAST = {"pretrained": False, "max_steps": 50, "n_networks": 1, "hidden": 4, "threads": 1}

mlflow = flavour = None


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Import what takes a second when a test runs: every worker reads every file of tests."""
    globals()["mlflow"] = pytest.importorskip(
        "mlflow", reason="needs the extra [mlflow]: make test-extras"
    )
    globals()["flavour"] = importlib.import_module("gatecast.adapters.mlflow")


def table(seed=0):
    rng, t = np.random.default_rng(seed), np.arange(60)
    values = 20 + t / 9 + 5 * np.sin(t * 0.9) + rng.normal(size=60)
    return pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=60), "y": values})


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'runs.db'}")
    mlflow.create_experiment("here", artifact_location=(tmp_path / "artifacts").as_uri())
    mlflow.set_experiment("here")
    yield tmp_path
    flavour.autolog(disable=True)
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def model():
    return gc.LSTMForecaster(3, level=[80], **FAST).fit(table())


def test_a_saved_model_is_loaded_as_it_was(model, tmp_path):
    flavour.save_model(model, tmp_path / "there")
    loaded = flavour.load_model(str(tmp_path / "there"))
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    described = mlflow.models.Model.load(str(tmp_path / "there"))
    assert described.flavors["gatecast"]["gatecast_version"] == gc.__version__
    assert described.flavors["gatecast"]["model"] == "LSTMForecaster"


def test_mlflows_own_interface_forecasts_the_series_and_others(model, tmp_path):
    flavour.save_model(model, tmp_path / "there")
    generic = mlflow.pyfunc.load_model(str(tmp_path / "there"))
    pd.testing.assert_frame_equal(generic.predict(pd.DataFrame()), model.predict())
    pd.testing.assert_frame_equal(generic.predict(table(1)), model.predict(table(1)))


def test_a_logged_model_is_found_by_its_uri(model, store):
    with mlflow.start_run():
        info = flavour.log_model(model, registered_model_name="sales")
    pd.testing.assert_frame_equal(flavour.load_model(info.model_uri).predict(), model.predict())
    pd.testing.assert_frame_equal(flavour.load_model("models:/sales/1").predict(), model.predict())


def test_a_fit_is_logged_by_itself(store):
    flavour.autolog()
    model = gc.LSTMForecaster(3, **FAST).fit(table())
    flavour.autolog(disable=True)
    gc.LSTMForecaster(3, **FAST).fit(table())  # not logged
    (run,) = mlflow.search_runs(output_format="list")
    assert run.data.params["h"] == "3"
    assert run.data.params["max_steps"] == "50"
    assert run.data.metrics["holdout_mae_scaled"] == pytest.approx(model.calibration_.error)
    client = mlflow.MlflowClient()
    losses = [one.value for one in client.get_metric_history(run.info.run_id, "loss")]
    assert losses == pytest.approx(model.losses_[0])
    names = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert {"decisions.txt", "forecast.html"} <= names
    folder = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(store))
    text = (store / "decisions.txt").read_text(encoding="utf-8")
    assert text.splitlines() == [str(one) for one in model.decisions()], folder
    (logged,) = mlflow.search_logged_models(output_format="list")
    pd.testing.assert_frame_equal(flavour.load_model(logged.model_uri).predict(), model.predict())
