"""The book: both languages page for page, and every public name with an example."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from helpers.command import python

import gatecast
from gatecast import datasets, errors, exchange, explain
from gatecast.data import sequences
from gatecast.evaluation import metrics, significance

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if not {"_build", "gallery"} & {*page.parts})
SCRIPTS = sorted((ROOT / "examples").rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def module(name):
    spec = importlib.util.spec_from_file_location(Path(name).stem, DOCS / name)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def bilingual():
    return module("_ext/bilingual.py")


def test_a_block_and_a_line_have_two_languages(bilingual):
    text = ":caption: Start\nzh= :caption: 入门\n\nOne\ntwo.\nzh: 一\nzh:\nzh: 二。\n\nx = 1"
    assert bilingual.in_language(text, chinese=False) == ":caption: Start\n\nOne\ntwo.\n\nx = 1"
    assert bilingual.in_language(text, chinese=True) == ":caption: 入门\n\n一\n\n二。\n\nx = 1"


def test_lines_of_chinese_are_joined_without_a_space(bilingual):
    text = "One.\nzh: 一，\nzh: 二 `x`\nzh: 三。\nzh: - 四"
    assert bilingual.in_language(text, chinese=True) == "一，二 `x`\n三。\n- 四"


def test_what_stands_above_a_title_stays(bilingual):
    text = "---\nkernelspec: x\n---\n# One\nzh: # 一"
    assert bilingual.in_language(text, chinese=True) == "---\nkernelspec: x\n---\n# 一"


def test_prose_without_chinese_is_found(bilingual):
    text = "# Title\nzh: # 标题\n\nForgotten.\n\n```python\ncode()\n```\n\n:::{note}\n:name: x\n:::"
    assert bilingual.untranslated(text) == ["Forgotten."]


def test_labels_of_charts_are_exchanged():
    chinese = module("_ext/chart_labels.py").in_chinese
    labels = {"what came": "后来的值", "Mar": "3 月", "1961-Jan": "1961 年 1 月", "LSTM": "LSTM",
              "16 units, hold-out": "16 个单元，留出", "1961": "1961"}  # fmt: skip
    assert {label: chinese(label) for label in labels} == labels


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_there_in_chinese(bilingual, page):
    missing = bilingual.untranslated(page.read_text(encoding="utf-8"))
    # names are the same in both
    names = r"# gatecast|# API|## \w+" if page.parent.name in ("api", "docs") else "(?!)"
    assert [block for block in missing if not re.fullmatch(names, block)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_examples_speak_both_languages(script):
    text = script.read_text(encoding="utf-8")
    ast.parse(text)
    if script.parent.name == "notebooks":
        cells = re.findall(r"^# %% \[markdown\]\n((?:#.*\n)+)", text, re.M)
        assert cells
        assert all(re.search("[\u4e00-\u9fff]", cell) for cell in cells)
    else:
        english = re.findall(r"^(?!zh)\S[^=\"]*$", ast.get_docstring(ast.parse(text)), re.M)
        assert text.count("\nzh: ") == len(english) + 1  # the line under the title
        assert text.count("# %%\n") == text.count("\n# zh: ")


def test_the_book_has_its_parts():
    count = lambda folder: len([*(DOCS / folder).glob("*.md")]) - 1  # noqa: E731
    assert (count("questions"), count("tutorial")) == (25, 8)
    assert len([s for s in SCRIPTS if s.parent.name == "gallery"]) == 13
    assert len([s for s in SCRIPTS if s.parent.name == "notebooks"]) == 4


def test_every_page_is_reached_and_every_link_leads_to_one():
    reached = {DOCS / "index.md"}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", text, re.S):
            for line in re.findall(r"^[\w-][\w/-]*$", tree, re.M):
                reached.add(page.parent / f"{line}.md")
        for link in re.findall(r"\]\(([^)#:]+\.(?:md|png))\)", text):
            assert (page.parent / link).resolve().exists(), (page, link)
    assert reached - {DOCS / "gallery" / "index.md"} == {*PAGES}


def test_what_is_wrong_with_a_built_site_is_found(tmp_path):
    page = '<img src="a.png" alt="{}"><script src="{}"></script><a href="https://x.org">x</a>'
    for tongue in ("en", "zh"):
        (tmp_path / tongue).mkdir()
        for i in range(60):
            (tmp_path / tongue / f"{i}.html").write_text(page.format("a series", "own.js"))
    problems = module("check.py").problems
    assert problems(tmp_path) == []
    (tmp_path / "zh" / "0.html").write_text(page.format("", "https://cdn.org/a.js"))
    (tmp_path / "en" / "1.html").unlink()
    (tmp_path / "zh" / "_images").mkdir()
    texts = '<text x="1">后来的值</text><text x="2">1961</text><text x="3">LSTM</text>'
    (tmp_path / "zh" / "_images" / "a.svg").write_text(texts, encoding="utf-8")
    assert not [sentence for sentence in problems(tmp_path) if "label" in sentence]
    (tmp_path / "zh" / "_images" / "b.svg").write_text('<text x="1">what came</text>')
    (tmp_path / "en" / "own.css").write_text("@font-face { src: url(//fonts.org/a.woff) }")
    found = problems(tmp_path)
    for word in (
        "one language only",
        'b.svg has the label "what came"',
        "loads https://cdn.org/a.js",
        "without alternative text",
    ):
        assert any(word in sentence for sentence in found)
    assert any("own.css loads from another host" in sentence for sentence in found)
    assert any("59 pages" in sentence for sentence in found)


#: What functions return is used by the name of the example's variable.
USES = {
    "Explanation": "explanation", "MemoryFindings": "memory", "History": "history",
    "Tuning": "tuning",
}  # fmt: skip
#: What metrics are computed from, elementwise; used by the backtest alone.
PARTS = {
    "naive_scale", "undefined",
}  # fmt: skip
PUBLIC = [
    *gatecast.__all__, *datasets.__all__, *sequences.__all__, *explain.__all__, *exchange.__all__,
    "Network",
    "Trainer", "History", "Tuning", "Integers", "Floats", "Choice", "SktimeLSTMForecaster",
    "LSTMRegressor",
    *(name for name in errors.__all__ if name.endswith("Error")),
    *(name for name in metrics.__all__ if name not in PARTS),
    *(name for name in significance.__all__ if name.islower()),
]  # fmt: skip


@pytest.mark.parametrize("short", sorted({*PUBLIC} - {"__version__"}))
def test_every_public_name_has_a_page_and_an_example(short):
    for page in (DOCS / "api").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        entry = re.search(rf"\n## {short}\n(.*?)(?=\n## |\Z)", text, re.S)
        if entry:
            assert re.search(
                rf"\.\. auto(?:function|class|exception):: gatecast[\w.]*\.{short}\n", entry[1]
            )
            cell = re.search(r"```\{code-cell\} ipython3\n(.*?)```", entry[1], re.S)
            called = short if short.endswith("Error") else rf"\b{short}\b[.\w]*\("
            assert re.search(USES.get(short, called), cell[1])
            return
    pytest.fail(f"{short} is on no page of docs/api")


@pytest.mark.slow
@pytest.mark.parametrize(
    "notebook", [s for s in SCRIPTS if s.parent.name == "notebooks"], ids=name_of
)
def test_notebooks_run(notebook, tmp_path, monkeypatch):
    pytest.importorskip("plotly", reason="needs the extra [plot]")
    code = f"""
import runpy, warnings
warnings.filterwarnings("error", category=DeprecationWarning, module="__main__$")
runpy.run_path({str(notebook)!r}, run_name="__main__")
"""
    monkeypatch.setenv("MPLBACKEND", "agg")
    done = python(code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
