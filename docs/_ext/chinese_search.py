"""Search Chinese by pairs of characters, in the index and in the query alike.

Sphinx cuts the index into words with jieba, but not the query, so that most queries find nothing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class ChinesePairs(SearchEnglish):
    """Cut runs of Chinese into overlapping pairs; Latin words are stemmed as English."""

    lang = "zh"
    js_splitter_code = r"""
function splitQuery(query) {
  return [...query.matchAll(/[\u4e00-\u9fff]+|[^\u4e00-\u9fff\s\p{P}]+/gu)]
    .flatMap(([run]) => run < "\u4e00" || run.length < 3 ? [run]
      : [...run].slice(1).map((one, i) => run[i] + one));
}
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx's name
        """Cut a text into terms.

        Parameters
        ----------
        input : str
            Of a page, or a title.

        Returns
        -------
        list of str
            Words and pairs of characters.
        """
        terms: list[str] = []
        for run in re.findall(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+", input):
            chinese = "\u4e00" <= run[0] <= "\u9fff" and len(run) > 1
            terms += [a + b for a, b in pairwise(run)] if chinese else [run]
        return terms


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the place of Sphinx's own.

    Parameters
    ----------
    app : Sphinx
        The build.

    Returns
    -------
    dict of str to object
        What Sphinx wants to know of an extension.
    """
    app.add_search_language(ChinesePairs)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
