"""What the compiled kernel offers; see native/bindings.cpp."""

from types import ModuleType

max_layers: int
float32: ModuleType
float64: ModuleType

class Net: ...

def net(
    inputs: int,
    hidden: int,
    outputs: int,
    layers: int,
    gru: bool,
    residual: bool,
    skip: bool,
    dilations: list[int],
) -> Net: ...
def level() -> str: ...
def levels() -> list[str]: ...
def use_level(name: str) -> None: ...
