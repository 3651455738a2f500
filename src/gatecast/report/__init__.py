"""Floor 5: pictures and pages; knows results, not how they were computed.

The package can be called: ``gatecast.report(result, path)`` writes the page of a result, see
:func:`gatecast.report.write.report`.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any


class _Report(ModuleType):
    # one name for the function and for the modules behind it
    def __call__(
        self,
        result: Any,
        path: str | os.PathLike[str],
        *,
        subject: str | None = None,
        lang: str = "en",
    ) -> None:
        """Write the page of a result; see :func:`gatecast.report.write.report`."""
        from gatecast.report.write import report

        report(result, path, subject=subject, lang=lang)


sys.modules[__name__].__class__ = _Report
