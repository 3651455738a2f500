"""Old names of settings work for one release, warn, and mean what they meant."""

import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.forecaster.settings.renamed import current_names

SMALL = {"hidden": 3, "threads": 1}


def test_settings_by_their_old_names_are_those_of_today():
    with pytest.warns(DeprecationWarning, match="is now called") as warned:
        old = LSTMForecaster(2, seeds=2, updates=5, target="changes", **SMALL)
    assert [str(w.message).split(":")[0] for w in warned] == [
        "seeds is now called n_networks", "updates is now called max_steps",
        "target is now called difference",
    ]  # fmt: skip
    assert all(w.filename == __file__ for w in warned)
    assert old == LSTMForecaster(2, n_networks=2, max_steps=5, difference=True, **SMALL)


@pytest.mark.parametrize(
    ("old", "now"),
    [("auto", "auto"), ("values", False), ("changes", True), (["auto", "changes"], ["auto", True])],
)
def test_what_target_meant_is_what_difference_means(old, now):
    assert current_names({"target": old}, warn=False) == {"difference": now}


def test_attributes_are_there_under_their_old_names():
    model = LSTMForecaster(1, n_networks=1, max_steps=3, difference=False, **SMALL)
    with pytest.warns(DeprecationWarning, match=r"\.target is now called \.difference"):
        assert model.target == "values"
    model.fit(pd.Series([float(i % 5) for i in range(40)]))
    for old, value in (("target_", "values"), ("updates_", 3), ("seeds", 1)):
        with pytest.warns(DeprecationWarning, match=rf"\.{old} is now called"):
            assert getattr(model, old) == value
    with pytest.raises(AttributeError, match="has no attribute 'stride_'"):
        _ = model.stride_
