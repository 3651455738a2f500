"""What the text of an option means, where it is a list."""

from __future__ import annotations

from gatecast.errors import UsageError

__all__ = ["choice", "levels", "names"]


def names(text: str) -> list[str]:
    """Read names separated by commas.

    Parameters
    ----------
    text : str
        For example "price,weather".
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def choice(text: str) -> str | bool:
    """Read "yes" and "no" as what they mean; all else is checked where it is used."""
    return {"yes": True, "no": False}.get(text, text)


def levels(text: str) -> list[float]:
    """Read per cents separated by commas.

    Parameters
    ----------
    text : str
        For example "80,95".

    Raises
    ------
    UsageError
        If one is not a number.
    """
    try:
        found = [float(share) for share in names(text)]
    except ValueError:
        raise UsageError(
            f"--level {text} was asked for; give per cents with commas between, as in 80,95"
        ) from None
    return [int(share) if share.is_integer() else share for share in found]
