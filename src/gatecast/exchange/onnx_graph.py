"""A graph of ONNX operators under construction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Graph"]

#: Operators and their meaning are those of this version, which has LSTM-22 and GRU-22.
OPSET = 22


class Graph:
    """Collect the nodes of a graph, or of the body of a loop in it.

    Parameters
    ----------
    onnx : module
        The package.
    outer : Graph, optional
        The graph around the body of a loop, which has the constants of both.
    """

    def __init__(self, onnx: Any, outer: Graph | None = None) -> None:
        self.onnx, self.nodes = onnx, []
        self.root: Graph = self if outer is None else outer.root
        self.constants: dict[str, np.ndarray] = {}
        self.count = 0

    def name(self) -> str:
        """Make a name that no other value has.

        Returns
        -------
        str
            The name.
        """
        self.root.count += 1
        return f"v{self.root.count}"

    def constant(self, array: Any, dtype: Any = np.float64) -> str:
        """Keep an array with the graph.

        Parameters
        ----------
        array : array
            Its values.
        dtype : dtype, default float64
            Their type.

        Returns
        -------
        str
            Its name.
        """
        name = self.name()
        self.root.constants[name] = np.asarray(array, dtype)
        return name

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node.

        Parameters
        ----------
        kind : str
            Operator.
        *inputs : str
            Names of values.
        outputs : int, default 1
            How many it has.
        **attributes
            Of the operator.

        Returns
        -------
        str, or list of str
            The name of its output, or of several.
        """
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def part(self, value: str, axis: int, start: int, stop: int) -> str:
        """Take a part of a value along an axis.

        Parameters
        ----------
        value : str
            Its name.
        axis, start, stop : int
            As of a Python slice.

        Returns
        -------
        str
            The part's name.
        """
        bounds = (self.constant([number], np.int64) for number in (start, stop, axis))
        return self.op("Slice", value, *bounds)

    def put(self, value: str, axis: int) -> str:
        """Insert an axis of length 1.

        Parameters
        ----------
        value : str
            Its name.
        axis : int
            Where.

        Returns
        -------
        str
            The result's name.
        """
        return self.op("Unsqueeze", value, self.constant([axis], np.int64))

    def joined(self, values: Sequence[str], axis: int) -> str:
        """Put values one after another along an axis.

        Parameters
        ----------
        values : sequence of str
            Their names.
        axis : int
            Which.

        Returns
        -------
        str
            The result's name; of one value its own.
        """
        return values[0] if len(values) == 1 else self.op("Concat", *values, axis=axis)

    def cast(self, value: str, dtype: Any) -> str:
        """Change a value's type.

        Parameters
        ----------
        value : str
            Its name.
        dtype : dtype
            NumPy's.

        Returns
        -------
        str
            The result's name.
        """
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.op("Cast", value, to=kind)

    def info(self, name: str, dtype: Any, shape: Sequence[int | str | None]) -> Any:
        """Describe an input or output.

        Parameters
        ----------
        name : str
            Of the value.
        dtype : dtype
            NumPy's.
        shape : sequence of int, str or None
            Numbers, or names of sizes that are open.

        Returns
        -------
        onnx.ValueInfoProto
            The description.
        """
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.onnx.helper.make_tensor_value_info(name, kind, list(shape))
