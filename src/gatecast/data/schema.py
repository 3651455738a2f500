"""What the history settled about how its tables are written, so that later ones are read alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

from gatecast.validation import Each, Flag, Items, Maybe, OneOf, Real, Record, Text

__all__ = ["AGGREGATES", "Aggregation", "ColumnKind", "DecimalMark", "NumberFormat", "Schema"]

#: What may become of several rows of a period.
AGGREGATES = ("sum", "mean", "last", "count")

ColumnKind: TypeAlias = Literal["number", "truth", "name"]
DecimalMark: TypeAlias = Literal["", ".", ","]

_TEXTS = Items(Text())
_NUMBER_FORMAT = Record({"decimal": OneOf(("", ".", ",")), "grouping": Flag(), "unit": Text()})
#: What a file may hold of a schema.
_FORM = Record(
    {
        "id_cols": _TEXTS, "time_cols": _TEXTS, "target_cols": _TEXTS, "integer_ids": Maybe(Flag()),
        "id_separator": Text(), "separator": Text(), "day_first": Maybe(Flag()),
        "time_notation": Text(), "moving_days": Flag(), "ends_of_hours": Flag(),
        "time_zone": Maybe(Text()), "numbers": Each(_NUMBER_FORMAT),
        "kinds": Each(OneOf(("number", "truth", "name"))), "names": Each(_TEXTS), "blanks": _TEXTS,
        "aggregation": Record(
            {"how": OneOf(AGGREGATES), "usual_end": Real(0, 1),
             "usual_rows": Real(0)}
        ),
    },
    frozenset({"aggregation"}),
)  # fmt: skip


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column of text are written.

    Attributes
    ----------
    decimal : {"", ".", ","}
        The decimal mark; empty where no cell has settled it.
    grouping : bool
        Whether thousands were grouped in some cell.
    unit : str
        A currency or "%"; empty where there is none.
    """

    decimal: DecimalMark = ""
    grouping: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Aggregation:
    """How rows of events were brought to periods; see :mod:`gatecast.data.aggregation`.

    Attributes
    ----------
    how : {"sum", "mean", "last", "count"}
        What became of the values of a period.
    usual_end : float
        Share of a period that is over at its last row, in nearly all periods at the least; 0 where
        it is not known.
    usual_rows : float
        Rows of a median period; 0 where it is not known.
    """

    how: str
    usual_end: float = 0.0
    usual_rows: float = 0.0


@dataclass(frozen=True)
class Schema:
    """Hold what reading a history has settled; a plan and new rows are read by it.

    Attributes
    ----------
    id_cols, time_cols : tuple of str
        Columns that tell series apart, and the parts that a time is joined of; several, one or
        none.
    target_cols : tuple of str
        The column of values, or those of a wide table.
    integer_ids : bool or None
        Whether series are named by whole numbers; None if there is no column of ids.
    id_separator : str
        What stands between the parts of a name where there are several columns of ids.
    separator : str
        What stands between the cells of a file; empty for a table in memory.
    day_first : bool or None
        The order of day and month; None where the history leaves it open.
    time_notation : str
        How times are written, where it has a meaning of its own ("fiscal years").
    moving_days : bool
        Whether there is one row in each month, week or day, on any day or hour of it.
    ends_of_hours : bool
        Whether hours count from 1 to 24.
    time_zone : str or None
        Zone of the times.
    numbers : dict of str to NumberFormat
        Of each column of numbers that was read from text.
    kinds : dict of str to {"number", "truth", "name"}
        Of each further column.
    names : dict of str to list of str
        Those of each further column of names.
    blanks : list of str
        Further columns whose blank cells mean that nothing holds (no event).
    aggregation : Aggregation or None
        How rows were brought to periods; None where each row is one.
    """

    id_cols: tuple[str, ...] = ()
    time_cols: tuple[str, ...] = ()
    target_cols: tuple[str, ...] = ()
    integer_ids: bool | None = None
    id_separator: str = ","
    separator: str = ""
    day_first: bool | None = None
    time_notation: str = ""
    moving_days: bool = False
    ends_of_hours: bool = False
    time_zone: str | None = None
    numbers: dict[str, NumberFormat] = field(default_factory=dict)
    kinds: dict[str, ColumnKind] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    blanks: list[str] = field(default_factory=list)
    aggregation: Aggregation | None = None

    def extend(self, other: Schema | None) -> Schema:
        """Take in the columns of further series of a wide table.

        Parameters
        ----------
        other : Schema or None
            What reading the further series has settled.

        Returns
        -------
        Schema
            Of the columns of both; the same where a series is no column.
        """
        if other is None or len(self.target_cols) < 2:
            return self
        targets = tuple(dict.fromkeys((*self.target_cols, *other.target_cols)))
        return replace(self, target_cols=targets, numbers={**other.numbers, **self.numbers})

    def split_ids(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Name series again by the several columns of ids that the history has.

        Parameters
        ----------
        frame : DataFrame
            With one column of joined names.

        Returns
        -------
        DataFrame
            With a column for each part in its place; the same frame where there is one column.
        """
        joined = ",".join(self.id_cols)
        if len(self.id_cols) < 2 or joined not in frame.columns:
            return frame
        parts = [str(name).split(self.id_separator) for name in frame[joined]]
        at = frame.columns.get_loc(joined)
        frame = frame.drop(columns=joined)
        for k, name in enumerate(self.id_cols):
            frame.insert(int(at) + k, name, [part[k] for part in parts])  # pyright: ignore[reportArgumentType]
        return frame

    def to_json(self) -> dict[str, Any]:
        """Give it as what JSON holds.

        Returns
        -------
        dict
            Of texts, numbers, lists and objects.
        """
        document = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        if self.aggregation is None:
            del document["aggregation"]
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Schema:
        """Read what :meth:`to_json` gave.

        Parameters
        ----------
        document : dict
            Of :meth:`to_json`.

        Returns
        -------
        Schema
            The same as before.

        Raises
        ------
        ValueError
            If it is something else.
        """
        _FORM(document, "schema", {})
        fields = dict(document)
        for name in ("id_cols", "time_cols", "target_cols"):
            fields[name] = tuple(fields[name])
        fields["numbers"] = {
            name: NumberFormat(**written) for name, written in fields["numbers"].items()
        }
        if "aggregation" in fields:
            fields["aggregation"] = Aggregation(**fields["aggregation"])
        return cls(**fields)
