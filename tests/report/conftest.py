import pytest


@pytest.fixture(scope="module")
def tab(browser):
    """One tab for all pages of a module: a new one takes longer than a page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def visit(tab):
    """Open a page; afterwards nothing may have been asked of the network or gone wrong."""
    trouble, requests = [], []
    heard = {
        "pageerror": lambda error: trouble.append(str(error)),
        "console": lambda m: trouble.append(m.text) if m.type == "error" else None,
        "request": lambda request: requests.append(request.url),
    }
    for event, listener in heard.items():
        tab.on(event, listener)

    def open_page(path, width=1100, scheme="light", ready="html[data-ready]"):
        tab.mouse.move(0, 0)
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme, media="null")
        tab.goto(path.as_uri())
        tab.wait_for_selector(ready)
        return tab

    yield open_page
    tab.goto("about:blank")
    for event, listener in heard.items():
        tab.remove_listener(event, listener)
    assert trouble == []
    assert all(url.startswith(("file:", "data:", "blob:", "about:")) for url in requests)
