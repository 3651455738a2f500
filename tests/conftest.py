import gc
import os
import shutil

import pytest


def pytest_collection_finish():
    """Leave what was imported out of every search for garbage: that is most of what there is."""
    gc.freeze()


@pytest.fixture(scope="session")
def tutorial():
    """The tutorial's experiment, and what it told of its progress."""
    from gatecast.tutorial.experiment import run_tutorial

    told = []
    result = run_tutorial(progress=lambda key, progress: told.append((key, progress.epoch)))
    return result, told


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without one the test is skipped, or fails where one is required."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("GATECAST_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found, and GATECAST_REQUIRE_BROWSER=1 asks for one")
        pytest.skip("needs Chromium; none of " + ", ".join(names) + " is on the path")
    from playwright.sync_api import sync_playwright

    quiet = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet.split())
        yield browser
        browser.close()
