"""The site: built twice, in English and in Chinese, from one source (see _ext/bilingual.py)."""

import logging
import os
import sys
from pathlib import Path

from jupyter_cache import get_cache

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
os.environ["MATPLOTLIBRC"] = str(HERE / "matplotlibrc")
# cells call the gatecast of this environment, and an old name in one is an error
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
# no bars of progress, neither of commands nor of cells
os.environ["TTY_COMPATIBLE"] = "0"
os.environ["IPYTHONDIR"] = str(HERE / "_build" / "ipython")
startup = HERE / "_build" / "ipython" / "profile_default" / "startup" / "quiet.py"
startup.parent.mkdir(parents=True, exist_ok=True)
startup.write_text(
    "import gatecast.progress\ngatecast.progress._in_notebook = lambda: False\n", encoding="utf-8"
)
# pictures whose texts are texts: sharp at every width, and in the language of the page
(startup.parents[1] / "ipython_kernel_config.py").write_text(
    'get_config().InlineBackend.figure_formats = {"svg"}\n', encoding="utf-8"
)
os.environ["PYTHONWARNINGS"] = "error::DeprecationWarning:__main__"

logging.getLogger("gatecast").setLevel(logging.WARNING)  # the gallery runs in this process

project = "gatecast"
author = "The gatecast developers"
copyright = "The gatecast developers"  # noqa: A001 - Sphinx's name
language = {"en": "en", "zh": "zh_CN"}[os.environ.get("DOCS_LANGUAGE", "en")]

extensions = [
    "alternative_text",
    "bilingual",
    "chart_labels",
    "chinese_search",
    "local_kernels",
    "mathml",
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinx_llms_txt",
]
exclude_patterns = ["_build", "_ext", "gallery/*.ipynb", "gallery/sg_*"]
nitpicky = True

# cells are executed once: the second language takes the first one's outputs from the cache
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "cells")
_ = get_cache(nb_execution_cache_path).db  # made before several processes of Sphinx fill it
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_execution_in_temp = True
nb_ipywidgets_js = {}
if language == "zh_CN":
    nb_code_prompt_show, nb_code_prompt_hide = "显示代码", "隐藏代码"
nb_output_stderr = "remove"  # bars of progress
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

copybutton_prompt_text = "!"  # a command of the shell is copied without it

autodoc_typehints = "none"  # the docstrings say them
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
# docstrings also lead to modules below the public interface, which have no pages
_BELOW = (
    "combination|data|forecaster|kernel|messages|pretrained|progress"
    "|evaluation.scoring|exchange.stack|tuning.space"
)
nitpick_ignore_regex = [
    ("py:.*", rf"gatecast\.({_BELOW})\..*|gatecast\.(progress|report\.write\.report)"),
    ("py:func", "explain|memory|tune|verdict"),  # short names of what has a page as gatecast.*
]

sphinx_gallery_conf = {
    "examples_dirs": str(HERE.parent / "examples" / "gallery"),
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py",
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "reset_modules": (),  # matplotlibrc of this folder stays
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "min_reported_time": 1000,
    "copyfile_regex": "",
    "image_srcset": [],
    "image_scrapers": ("chart_labels.svg_scraper",),
    "write_computation_times": False,
}

highlight_language = "text"
html_theme = "furo"
html_title = "gatecast"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = True
html_show_sourcelink = False
html_show_sphinx = False
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
