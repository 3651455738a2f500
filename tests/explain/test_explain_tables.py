"""The tables that a model is explained with are read as that of its fit was."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.evaluation.forecast import forecast

SMALL = {"h": 2, "max_steps": 3, "n_networks": 1, "hidden": 3, "random_state": 0}
RNG = np.random.default_rng(0)
QUARTERS = [f"{2000 + i // 4},{i % 4 + 1},{v:.3f}" for i, v in enumerate(RNG.normal(9, 1, 40))]
SHOPS = [f"2024-01-{d:02d},{s},{i},{s + i + d % 3}"
         for s in (1, 2) for i in (1, 2) for d in range(1, 31)]  # fmt: skip
GERMAN = [f"{d:%d.%m.%Y};{v:.2f}".replace(".", ",", 0) for d, v in zip(
    pd.date_range("2024-01-01", periods=12), range(12), strict=True)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", [gc.LSTMForecaster, gc.PretrainedLSTM])
@pytest.mark.parametrize(
    ("lines", "columns", "rows"),
    [
        (["year,quarter,gdp", *QUARTERS], {"target_col": "gdp"}, 40),
        (["date,store,item,sold", *SHOPS], {"target_col": "sold"}, 30),
        (["passengers", *map(str, range(5, 45))], {}, 40),
        (["Tag;Preis", *GERMAN], {}, 12),
    ],
)
def test_a_table_is_read_as_that_of_the_fit(tmp_path, kind, lines, columns, rows):
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    settings = SMALL if kind is gc.LSTMForecaster else {"h": 2}
    kind(**settings).fit(path, **columns).save(tmp_path / "model")
    model = gc.load(tmp_path / "model")
    assert len(gc.explain(model, path).history) == rows
    series = 4 if "store" in lines[0] else 1
    assert len(forecast(model, source=path).history) == rows * series


def test_a_forecast_without_error_is_explained():
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=60), "y": np.arange(60) % 7})
    model = gc.LSTMForecaster(**SMALL, season_length=7).fit(frame)
    explained = gc.explain(model)
    np.testing.assert_allclose(explained.training.fitted[10:], frame["y"][10:], atol=1e-9)
    assert [question.id for question in explained.training.errors] == ["question.persistence"]


@pytest.mark.slow
@pytest.mark.parametrize("pretrained", [True, False])
def test_one_question_has_one_answer(pretrained):
    y = pd.Series(RNG.normal(size=120).cumsum() + 50, pd.date_range("2024-01-01", periods=120))
    model = gc.LSTMForecaster(**SMALL, pretrained=pretrained).fit(y)
    answers = gc.explain(model).training.errors
    for question, answer in forecast(model).answers.items():
        assert answers[question] == answer


def walk():
    steps = np.random.default_rng(1).normal(size=60)
    return pd.Series(steps.cumsum() + 50, pd.date_range("2024-01-01", periods=60))


@pytest.mark.slow
def test_the_network_that_makes_the_forecast_is_looked_into(tmp_path):
    y = walk()
    gc.LSTMForecaster(**SMALL, level=[80]).fit(y).save(tmp_path / "model")
    model = gc.load(tmp_path / "model")
    assert model.fitted_.weight == 0
    explained, alone = gc.explain(model, y), gc.explain(gc.PretrainedLSTM(h=2).fit(y))
    pd.testing.assert_frame_equal(explained.gates, alone.gates)
    pd.testing.assert_frame_equal(explained.memory.units, alone.memory.units)
    pd.testing.assert_frame_equal(explained.forecast, model.predict())
    assert explained.training.losses == ()
    assert "explain.of_pretrained" in [note.id for note in explained.notes]
    # what is missing in the first three steps, a fitted value is of the same network
    np.testing.assert_allclose(
        explained.training.fitted[10:], alone.training.fitted[10:], rtol=1e-6
    )
    own = gc.explain(model, y, network=0)
    assert own.gates["unit"].nunique() == 3
    assert "explain.no_part" in [note.id for note in own.notes]
    first = own.memory.sentences[0]
    assert (first.id, "look_back" in first) == ("memory.no_part", False)


@pytest.mark.slow
def test_some_steps_of_a_forecast_are_attributed_as_all_are():
    y = walk()
    model = gc.LSTMForecaster(**SMALL | {"h": 4}).fit(y)
    shares = gc.attribution(model)
    some = gc.attribution(model, step=[2, 4])
    due = shares[shares["step"].isin([2, 4])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, due)
