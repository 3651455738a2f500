"""What a declaration lets through, and what it refuses and how it says so."""

import numpy as np
import pytest

from gatecast.validation import Array, Flag, Items, Maybe, OneOf, Real, Record, Text, Whole, check

GOOD = {
    "whole": (Whole(1, 9), [1, 9], [0, 10, True, 1.0, "1", None, 10**400, [1]]),
    "real": (Real(-1, 1), [-1, 0.5, 1], [-1.1, 2, float("nan"), float("inf"), True, "0", 10**400]),
    "above": (Real(0, above=True), [1e-320, 1e300], [0, 0.0, -1, 1.7e308, float("inf"), 10**30]),
    "text": (Text(), ["", "a"], [None, 1, ["a"]]),
    "flag": (Flag(), [True, False], [0, 1, None, "true"]),
    "one of": (OneOf(("auto", True, 1)), ["auto", True, 1], ["Auto", 1.0, False, None, []]),
    "maybe": (Maybe(Whole()), [None, 3], [-1, "a"]),
    "items": (Items(Whole(), 2), [[1, 2]], [[1], [1, 2, 3], [1, "a"], (1, 2), {}, None]),
    "record": (
        Record({"a": Whole(), "b": Flag()}, frozenset({"b"})),
        [{"a": 1}, {"a": 1, "b": True}],
        [{}, {"b": True}, {"a": 1, "c": 2}, {"a": "1"}, [], None],
    ),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_field_lets_through_what_it_declares_and_nothing_else(kind):
    field, right, wrong = GOOD[kind]
    for value in right:
        field(value, "it", {})
    for value in wrong:
        with pytest.raises(ValueError, match=r"^it"):
            field(value, "it", {})


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 2), np.float32), np.zeros((2, 3)), np.zeros(6), np.full((3, 2), np.nan),
        np.array([[0, 0], [0, np.inf], [0, 0]]), np.full((3, 2), 1.5), np.full((3, 2), -0.1),
    ],
)  # fmt: skip
def test_an_array_has_its_type_its_shape_and_finite_numbers_of_its_range(array):
    form = Array(np.float64, ("N", 2), 0.0, 1.0)
    form(np.ones((3, 2)), "it", {"N": 3})
    with pytest.raises(ValueError, match=r"^it has"):
        form(array, "it", {"N": 3})


def test_missing_numbers_pass_where_they_may_and_infinite_ones_never_do():
    form = Array(np.float64, (None,), 0.0, missing=True)
    for right in ([np.nan, 1.0], [np.nan, np.nan], []):
        form(np.array(right), "it", {})
    for wrong in ([np.nan, -1.0], [np.nan, np.inf]):
        with pytest.raises(ValueError, match="must be finite and from 0 to inf"):
            form(np.array(wrong), "it", {})


def test_sizes_of_one_name_agree_over_document_and_arrays():
    record = Record({"names": Items(Text(), "N")})
    forms = {"a": Array(np.float64, ("N", "K")), "b": Array(np.int64, ("K",))}
    document = {"names": ["x", "y"]}
    arrays = {"a": np.zeros((2, 3)), "b": np.zeros(3, np.int64)}
    assert check(arrays, document, record, forms) == {"N": 2, "K": 3}
    with pytest.raises(ValueError, match=r"a has the sizes \[2, 3\], and \[1, 3\] are needed"):
        check(arrays, {"names": ["x"]}, record, forms)
    with pytest.raises(ValueError, match="missing or too many: b"):
        check({"a": arrays["a"]}, document, record, forms)
    with pytest.raises(ValueError, match=r"names\[1\] is 2, and must be a text"):
        check(arrays, {"names": ["x", 2]}, record, forms)
