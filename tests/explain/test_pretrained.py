"""A forecast of the pretrained LSTM is explained like any other."""

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast import PretrainedLSTM
from gatecast.datasets import air_passengers
from gatecast.errors import NotFoundError
from gatecast.explain import explain, gates

TABLE = air_passengers()


@pytest.fixture(scope="module")
def explained():
    return explain(PretrainedLSTM(h=3, level=[80]).fit(TABLE))


@pytest.mark.slow
def test_its_parts_are_those_of_the_model(explained):
    model = PretrainedLSTM(h=3, level=[80]).fit(TABLE)
    pd.testing.assert_frame_equal(explained.forecast, model.predict())
    pd.testing.assert_frame_equal(explained.gates, gates(model))
    assert len(explained.memory.units) == explained.gates["unit"].nunique() * 2
    assert explained.training.losses == ()
    assert 0 < explained.memory.effective_memory < 144


@pytest.mark.slow
def test_attributions_add_up_but_for_the_error_that_is_named(explained):
    found = explained.attribution
    assert list(found["step"].unique()) == [1, 2, 3]
    sums = found.groupby("step")["attribution"].sum()
    heads = found.drop_duplicates("step").set_index("step")
    difference = heads["forecast"] - heads["baseline"]
    np.testing.assert_allclose(sums + heads["error"], difference, atol=1e-6)
    scale = PretrainedLSTM(h=3).fit(TABLE).view(0)[1].scale[0, -1]
    assert (heads["error"].abs() <= 0.003 * scale).all()
    # the run in logarithms, of which the forecast is one half
    logs = np.log(explained.forecast["PretrainedLSTM"].to_numpy())
    assert np.abs(heads["forecast"].to_numpy() - logs).max() < 0.1


@pytest.mark.slow
def test_of_a_long_series_the_state_before_is_taken_as_given():
    rng = np.random.default_rng(0)
    walk = pd.DataFrame({"ds": range(700), "y": rng.normal(size=700).cumsum()})
    found = explain(PretrainedLSTM(h=1).fit(walk))
    assert len(found.attribution) == 200
    assert len(found.gates) == 700 * 192
    first = found.attribution.iloc[0]
    assert first["forecast"] == pytest.approx(found.forecast["PretrainedLSTM"].iloc[0], rel=1e-4)


def test_one_step_ahead_each_value_is_forecast_from_those_before_it(explained):
    fitted = explained.training.fitted
    part = PretrainedLSTM(h=1).fit(TABLE[:100]).predict()["PretrainedLSTM"].iloc[0]
    assert fitted[100] == pytest.approx(part, rel=1e-5)
    assert np.isnan(fitted[:3]).all()
    errors = np.abs(TABLE["y"].to_numpy() - fitted)[3:].mean()
    naive = np.abs(np.diff(TABLE["y"]))[2:].mean()
    gain = explained.training.verdict.fields["gain"]
    assert gain == pytest.approx(1 - errors / naive, rel=1e-6)
    assert any(question.id == "question.persistence" for question in explained.training.errors)


@pytest.mark.slow
def test_the_page_and_other_series(tmp_path, explained):
    gatecast.report(explained, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert "没有在这条序列上训练" in text
    short = TABLE[-60:]  # an effect of each value is many forecasts
    both = pd.concat([short, short.assign(unique_id="b", y=short["y"] - 300.0)])
    model = PretrainedLSTM(h=2).fit(both)
    assert explain(model, series="b").attribution["effect"].notna().all()
    with pytest.raises(NotFoundError, match='no series "c" among the 2'):
        explain(model, series="c")
    with pytest.raises(NotFoundError, match='no series "c" in the table, which has one, "air_p'):
        explain(PretrainedLSTM(h=2).fit(short), series="c")
