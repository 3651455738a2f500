"""Check the built site: languages page for page, nothing from elsewhere, pictures with their texts.

    python docs/check.py docs/_build/html

``make docs`` ends with it. What it finds is printed, and it exits with 1.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

#: What a browser loads by itself: tags, and the attribute that says from where.
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
#: What stands on a Chinese chart as it is: names.
NAMES = {"ETS", "GRU", "LSTM", "MAE", "MAPE", "MASE", "RMSE", "SARIMA", "Theta", "R²", "y"}


class Page(HTMLParser):
    """Collect what a page loads, and its pictures without alternative text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.mute: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        values = {name: value or "" for name, value in attrs}
        address = values.get(LOADED.get(tag, ""), "")
        if tag == "link" and values.get("rel") not in ("stylesheet", "icon", "preload"):
            address = ""
        self.loads.append(address)
        alt = values.get("alt", "")
        if tag == "img" and (not alt or alt.endswith((".png", ".svg"))):
            self.mute.append(address)
        if tag == "iframe":  # its page, written into the attribute
            self.loads += Page(values.get("srcdoc", "")).loads


def problems(site: Path) -> list[str]:
    """Find what is wrong with a built site.

    Parameters
    ----------
    site : path
        The folder with a folder for each language.

    Returns
    -------
    list of str
        A sentence each.
    """
    english, chinese = ({p.relative_to(site / tongue) for p in (site / tongue).rglob("*.html")}
                        for tongue in ("en", "zh"))  # fmt: skip
    found = [f"{page} is there in one language only" for page in english ^ chinese]
    if len(english) < 60:
        found.append(f"there are {len(english)} pages; more were expected")
    for path in sorted(site.rglob("*.html")):
        page = Page(path.read_text(encoding="utf-8"))
        other = [one for one in page.loads if re.match(r"(https?:)?//", one)]
        found += [f"{path} loads {one}" for one in other]
        found += [f"{path} has a picture without alternative text: {one}" for one in page.mute]
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"url\(\s*[\"']?(https?:)?//|@import\s+[\"']https?:", text):
            found.append(f"{path} loads from another host")
    for path in sorted(site.glob("zh/_images/*.svg")):
        texts = re.findall(
            r"<text [^>]*>([^<]*[A-Za-z][^<]*)</text>", path.read_text(encoding="utf-8")
        )
        found += [
            f'{path} has the label "{text}", whose Chinese is not in _ext/chart_labels.py'
            for text in texts
            if text.strip() not in NAMES and not re.search("[\u4e00-\u9fff]", text)
        ]
    return found


if __name__ == "__main__":
    wrong = problems(Path(sys.argv[1]))
    print("\n".join(wrong) or "the site is whole")
    sys.exit(bool(wrong))
