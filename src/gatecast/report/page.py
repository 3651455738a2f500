"""From a template and charts to one HTML file that needs nothing and tells nobody.

The page carries its own scripts. Its content security policy names them by their hashes and allows
no others, and no connection to anywhere. Data stand in a block that no browser executes; whatever
comes from the user is escaped by the template or by JSON.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from gatecast import __version__
from gatecast.errors import wrong_choice

__all__ = ["CHARTS", "check_language", "render"]

#: What a page of charts runs.
CHARTS = ("clock.js", "draw.js", "chart.js", "page.js")
#: Languages that a page can open in; it has both.
LANGUAGES = ("en", "zh")


def render(
    template: str,
    data: dict[str, Any],
    *,
    lang: str = "en",
    scripts: Sequence[str] = CHARTS,
    styles: Sequence[str] = ("page.css",),
    **values: Any,
) -> str:
    """Make a page.

    Parameters
    ----------
    template : str
        File name in ``report/templates``.
    data : dict
        What the scripts draw: charts by name, as :func:`gatecast.report.charts.as_data` gives them,
        each placed by an element whose ``data-figure`` is its name. Arrays may be NumPy's; NaN is a
        gap.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.
    scripts : sequence of str
        Files in ``report/templates``, in the order in which they run.
    styles : sequence of str
        Files in ``report/templates``.
    **values
        What the template shows.

    Returns
    -------
    str
        The HTML document.

    Raises
    ------
    UsageError
        If there is no such language.
    """
    check_language(lang)
    codes = [_resource(name) for name in scripts]
    policy = (
        "default-src 'none'; "
        f"script-src {' '.join(map(_hash, codes))}; "
        "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return (
        _templates()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup("\n".join(map(_resource, styles))),
            scripts=[Markup(code) for code in codes],
            data=Markup(_json(data)),
            lang=lang,
            version=__version__,
            **values,
        )
    )


def check_language(lang: str) -> None:
    """Refuse a language that the pages do not have.

    Parameters
    ----------
    lang : str
        "en" or "zh".

    Raises
    ------
    UsageError
        If it is none of theirs.
    """
    if lang not in LANGUAGES:
        raise wrong_choice("lang", lang, LANGUAGES)


def _json(value: Any) -> str:
    """Write JSON that can stand in a script element."""
    text = json.dumps(value, default=_plain, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _plain(value: Any) -> Any:
    """Turn what JSON does not know into what it knows; numbers to five digits."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "M":
            return np.datetime_as_string(value, unit="s").tolist()
        if value.dtype.kind == "f":
            return [None if math.isnan(v) else float(f"{v:.6g}") for v in value.tolist()]
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _resource(name: str) -> str:
    return (files("gatecast.report") / "templates" / name).read_text(encoding="utf-8")


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("gatecast.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
