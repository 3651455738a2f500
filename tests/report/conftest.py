import pytest


@pytest.fixture
def visit(browser):
    """Open a page; afterwards nothing may have been asked of the network or gone wrong."""
    contexts, trouble, requests = [], [], []

    def open_page(path, width=1100, scheme="light", ready="html[data-ready]"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector(ready)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
