"""Two languages in one source: each block of prose is followed by its Chinese.

Lines that begin with ``zh: `` replace, in Chinese, the block above them (back to the last empty
line, or the end of a front matter or a fence); a line that begins with ``zh= `` replaces the one
line above it. Code is written once, so the two languages cannot drift apart, and it is executed
once.

Translations in .po files, the usual form, keep a paragraph and its translation in two files, and a
paragraph that changed becomes English again without a word; here ``untranslated`` finds a block
that has no Chinese, and a test asks it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_EDGES = ("", "---", "```", ":::")  # what a block of prose ends before
_CHINESE = re.compile("[\u2018-\u201d\u3000-\u9fff\uff00-\uffef]")
_BLOCK, _LINE = re.compile(r"zh: ?"), re.compile(r"zh= ?")


def in_language(text: str, chinese: bool) -> str:
    """Keep one language of a source.

    Parameters
    ----------
    text : str
        The source, with both.
    chinese : bool
        Which is kept.

    Returns
    -------
    str
        The source in one language.
    """
    kept: list[str] = []
    continues = False
    for line in text.split("\n"):
        if one := _LINE.match(line):
            if chinese:
                kept[-1] = line[one.end() :]
            continue
        block = _BLOCK.match(line)
        if block and chinese:
            while not continues and kept and kept[-1].strip() not in _EDGES:
                kept.pop()
            line = line[block.end() :]
            if continues and _CHINESE.match(line.lstrip()) and _CHINESE.match(kept[-1][-1:]):
                kept[-1] += line.lstrip()  # a line break would become a space
            else:
                kept.append(line)
        elif not block:
            kept.append(line)
        continues = block is not None
    return "\n".join(kept)


def untranslated(text: str) -> list[str]:
    """Find the blocks of prose that have no Chinese.

    Parameters
    ----------
    text : str
        The source of a page in MyST.

    Returns
    -------
    list of str
        The first line of each.
    """
    text = re.sub(r"\A---\n.*?^---\n", "", text, flags=re.S | re.M)
    text = re.sub(r"^(`{3,})\{?[\s\S]*?^\1\n?", "\n", text, flags=re.M)  # code, directives
    text = re.sub(r"^\$\$\n[\s\S]*?^\$\$\n?", "\n", text, flags=re.M)
    missing = []
    for block in re.split(r"\n\s*\n", text):
        lines = [one for one in block.strip().split("\n") if not _is_markup(one)]
        prose = [line for line in lines if re.search(r"[A-Za-z]{2}", line)]
        if prose and not any(_BLOCK.match(one) or _LINE.match(one) for one in lines):
            missing.append(prose[0])
    return missing


def _is_markup(line: str) -> bool:
    return bool(re.match(r"\s*(:::+|\(.*\)=$|:[\w-]+:( |$)|\$\$|\+\+\+|%|!\[\]\()", line))


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    if page == "gallery/index":
        source[0] = _gallery(source[0], Path(app.srcdir) / "gallery", _is_chinese(app))
    source[0] = in_language(source[0], _is_chinese(app))


def _gallery(text: str, folder: Path, chinese: bool) -> str:
    """Give the thumbnails that sphinx-gallery made the titles of one language."""
    text = re.sub(r' tooltip="[^"]*"', "", text)  # cut in the middle of one of two languages
    for page in folder.glob("plot_*.rst") if chinese else ():
        titles = re.search(r"^(.+)\n=+\nzh: (.+)\nzh: =+$", page.read_text(encoding="utf-8"), re.M)
        if titles:
            text = text.replace(f">{titles[1]}<", f">{titles[2]}<")
    return text


def _rewrite_copied_sources(app: Sphinx, error: Exception | None) -> None:
    # what llms.txt is made of, and what "view source" shows
    if error is None:
        for path in (Path(app.outdir) / "_sources").rglob("*.txt"):
            text = path.read_text(encoding="utf-8")
            path.write_text(in_language(text, _is_chinese(app)), encoding="utf-8")


def _is_chinese(app: Sphinx) -> bool:
    return app.config.language.startswith("zh")


def setup(app: Sphinx) -> dict[str, Any]:
    """Filter every source, and the copies of them that go into the site.

    Parameters
    ----------
    app : Sphinx
        The build.

    Returns
    -------
    dict of str to object
        What Sphinx wants to know of an extension.
    """
    app.connect("source-read", _read)
    app.connect("build-finished", _rewrite_copied_sources, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
