"""A message is its English sentence, and is written in Chinese or in another spelling."""

import copy
import json
import pickle

import numpy as np
import pytest

from gatecast.errors import GatecastError, UsageError
from gatecast.messages import Argument, Message, Range, from_document, join, message, sentence
from gatecast.messages import message as module_function
from gatecast.messages.catalog import CATALOG

TEXTS = {
    "try.gain": (
        "{model} is {gain:percent} better over {n:cutoff|cutoffs} (p {p:p})",
        "{model} 好 {gain:percent}（{n} 个截断点，p {p:p}）",
    ),
    "try.column": ('column "{column}" needs {@look_back}=1', "“{column}”列需要 {@look_back}=1"),
    "try.names": ("there are {names:list}", "有 {names:list}"),
    "try.quoted": ("columns {names:quoted}", "{names:quoted}列"),
    "try.cells": ("{cell:quote} of {names:names}", "{names:names}的 {cell:quote}"),
    "try.days": ("open{days:after} on {open:days}", "{open:days}{days}营业"),
    "try.range": ("{n:value|values} of {size:.3g}", "{n} 个 {size:.3g}"),
    "try.inner": ("{text}, it seems", "似乎{text}"),
    "try.argument": ("{argument}={value}; use 1 or more", "{argument}={value}；请用 1 或更大的数"),
    "try.whole": ("of {series}: {told}", "{series}：{told}"),
}


@pytest.fixture(autouse=True)
def catalog(monkeypatch):
    for name, texts in TEXTS.items():
        monkeypatch.setitem(CATALOG, name, texts)


def option(name):
    return "--" + name.replace("_", "-")


def test_it_is_its_english_sentence():
    told = message("try.gain", model="LSTM", gain=0.314, n=1, p=0.0312)
    assert told == "LSTM is 31 % better over 1 cutoff (p = 0.031)"
    assert told.text("zh") == "LSTM 好 31%（1 个截断点，p = 0.031）"
    assert (told.id, dict(told.fields)["n"]) == ("try.gain", 1)
    assert [told, told] == [str(told)] * 2
    assert f"{told}" == told.en == str(told)
    assert type(str(told)) is str
    assert json.dumps([told]) == json.dumps([str(told)])
    assert "\n".join([told, "more"]).startswith("LSTM is")


@pytest.mark.parametrize(
    ("share", "english"),
    [
        (0.001, "0.1 %"), (0.094, "9.4 %"), (0.0999, "10 %"), (0.314, "31 %"), (-0.05, "-5.0 %"),
        (-0.0001, "0.0 %"), (0.97, "97 %"), (0.998, "99.80 %"), (1.0, "100 %"), (3.2, "320 %"),
    ],
)  # fmt: skip
def test_shares_have_as_many_digits_as_they_deserve(share, english):
    told = message("try.gain", model="A", gain=share, n=2000, p=0.0001)
    assert told == f"A is {english} better over 2,000 cutoffs (p < 0.001)"
    assert f"好 {english.replace(' ', '')}（" in told.text("zh")


def test_lists_are_composed_by_language():
    assert [join("ABC"[:n]) for n in range(4)] == ["", "A", "A and B", "A, B and C"]
    assert [join("ABC"[:n], "zh") for n in range(4)] == ["", "A", "A 和 B", "A、B 和 C"]
    told = message("try.names", names=["A", "B", "C"])
    assert (told, told.text("zh")) == ("there are A, B and C", "有 A、B 和 C")
    quoted = message("try.quoted", names=("a", "b"))
    assert (quoted, quoted.text("zh")) == ('columns "a" and "b"', "“a”和“b”列")


def test_long_cells_are_cut_and_many_names_counted():
    told = message("try.cells", cell="x" * 61, names=[f"n{i}" for i in range(12)])
    names = ", ".join(f'"n{i}"' for i in range(10))
    assert told == f'"{"x" * 57}..." of {names} and 2 more'
    assert told.text("zh").startswith("“n0”、“n1”、")
    assert told.text("zh").endswith("“n9”等 12 个的 “" + "x" * 57 + "...”")
    one = message("try.cells", cell="x" * 60, names=["a"])
    assert one == f'"{"x" * 60}" of "a"'


def test_days_and_parts_that_may_be_empty():
    told = message("try.days", open=[0, 4], days="")
    assert (told, told.text("zh")) == ("open on Mon and Fri", "周一和周五营业")
    inner = message("try.names", names=["a"])
    whole = message("try.days", open=[6], days=inner)
    assert (whole, whole.text("zh")) == ("open there are a on Sun", "周日有 a营业")


def test_ranges_have_two_ends():
    told = message("try.range", n=Range(np.int64(3), 1200), size=Range(0.5, 2.25))
    assert told == "3 to 1,200 values of 0.5 to 2.25"
    assert told.text("zh") == "3 到 1200 个 0.5 到 2.25"
    assert from_document(json.loads(json.dumps(told.document()))).fields == told.fields


def test_arguments_are_spelt_by_the_caller_and_columns_are_not():
    told = message("try.column", column="look_back")
    assert told == 'column "look_back" needs look_back=1'
    assert told.text("en", option) == 'column "look_back" needs --look-back=1'
    assert told.text("zh", option) == "“look_back”列需要 --look-back=1"
    named = message("try.argument", argument=Argument("n_jobs"), value="n_jobs")
    assert named.text("en", option) == "--n-jobs=n_jobs; use 1 or more"
    whole = message("try.whole", series="look_back", told=told)
    assert whole.text("zh", option) == "look_back：“look_back”列需要 --look-back=1"


def test_an_error_is_written_like_its_message():
    told = message("try.column", column="n_jobs")
    error = UsageError(told)
    assert str(error) == told
    assert error.text(spelling=option) == 'column "n_jobs" needs --look-back=1'
    assert error.text("zh") == told.text("zh")
    plain = GatecastError("look_back=0 is text")
    assert plain.text("zh", option) == "look_back=0 is text"
    assert isinstance(plain.message, Message)


def test_it_survives_copies_pickles_and_json():
    inner = message("try.column", column="a")
    told = message("try.whole", series="b", told=inner)
    for back in (pickle.loads(pickle.dumps(told)), copy.deepcopy(told), copy.copy(told)):
        assert isinstance(back, Message)
        assert (back, back.text("zh")) == (told, told.text("zh"))
    document = json.loads(json.dumps(told.document()))
    assert document["fields"]["told"]["text"] == inner
    assert document["text"] == told
    back = from_document(document)
    assert (back.id, back.text("zh")) == (told.id, told.text("zh"))
    numbers = message("try.gain", model="A", gain=np.float64("nan"), n=np.int64(3), p=0.5)
    assert numbers.document()["fields"] == {"model": "A", "gain": None, "n": 3, "p": 0.5}
    assert from_document(numbers.document()) == numbers
    names = message("try.names", names=["x", "y"])
    assert from_document(json.loads(json.dumps(names.document()))).text("zh") == names.text("zh")
    argument = message("try.argument", argument=Argument("h"), value=0)
    again = from_document(json.loads(json.dumps(argument.document())))
    assert again.text("en", option) == "--h=0; use 1 or more"


def test_a_text_or_an_unknown_id_becomes_a_message_of_its_text():
    assert from_document("what an older file said").id == "text"
    gone = from_document({"id": "try.gone", "fields": {}, "text": "what it said"})
    assert (gone, gone.id, gone.text("zh")) == ("what it said", "text", "what it said")
    other = from_document({"id": "try.column", "fields": {"x": 1}, "text": "what it said"})
    assert other == "what it said"
    told = message("try.column", column="a")
    assert from_document(-1).text("zh") == "-1"  # type: ignore[arg-type]
    assert from_document(told) is told


def test_a_field_too_many_or_too_few_is_a_mistake():
    with pytest.raises(TypeError, match="has the fields"):
        module_function("try.column")
    with pytest.raises(TypeError, match="has the fields"):
        module_function("try.column", column="a", more=1)
    with pytest.raises(KeyError):
        module_function("try.nothing")


def test_a_sentence_has_a_capital_and_one_full_stop():
    names = message("try.names", names=["a"])
    assert (sentence(names), sentence(names, "zh")) == ("There are a.", "有 a。")
    # what begins with a name is not changed
    named = message("try.gain", model="naive", gain=0.5, n=1, p=0.5)
    assert sentence(named).startswith("naive is")
    whole = message("try.whole", series=names, told="x")  # but for a sentence within
    assert sentence(whole) == "Of there are a: x."
    inner = message("try.inner", text=names)
    assert sentence(inner) == "There are a, it seems."
    assert sentence("is it over?") == "Is it over?"
    assert sentence("it is.", "en") == "It is."
    assert sentence("a text") == "A text."
    assert sentence(message("text", text="a text"), "zh") == "A text."
