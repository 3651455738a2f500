"""Give the pictures of executed cells alternative text: the heading that they stand under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _describe(app: Sphinx, doctree: nodes.document, _: str) -> None:
    word = "图：" if app.config.language.startswith("zh") else "Picture: "
    for image in doctree.findall(nodes.image):
        section = image.parent
        while section is not None and not isinstance(section, nodes.section):
            section = section.parent
        if not image.get("alt") and section is not None:
            image["alt"] = word + section[section.first_child_matching_class(nodes.title)].astext()


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at every picture of every page.

    Parameters
    ----------
    app : Sphinx
        The build.

    Returns
    -------
    dict of str to object
        What Sphinx wants to know of an extension.
    """
    app.connect("doctree-resolved", _describe)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
