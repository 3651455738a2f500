"""Make the pictures of the READMEs: the top of a forecast page, and the glass box.

Run by ``make pictures``; needs Chromium, playwright and matplotlib (which brings Pillow).
"""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import gatecast as gc
from gatecast.datasets import air_passengers

STATIC = Path(__file__).parent / "_static"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def save(page: Page, name: str, top: float, bottom: float) -> None:
    """Write a part of a page as a PNG of 64 colours."""
    clip = {"x": 0, "y": top, "width": page.viewport_size["width"], "height": bottom - top}
    shot = page.screenshot(clip=clip, full_page=True)
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(STATIC / name, optimize=True)


def main() -> None:
    """Fit, write both pages to a folder that goes away, and photograph them."""
    model = gc.LSTMForecaster(h=24, level=[80, 95]).fit(air_passengers())
    browser = next(path for name in BROWSERS if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        forecast, glass = Path(folder, "forecast.html"), Path(folder, "glass.html")
        gc.report(gc.forecast(model), forecast, subject="air passengers")
        gc.report(gc.explain(model), glass, subject="air passengers")
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 760, "height": 900})
        page.goto(forecast.as_uri())
        page.wait_for_selector("html[data-ready]")
        save(page, "forecast-page.png", 0, page.locator("h2").first.bounding_box()["y"] - 10)
        page.goto(glass.as_uri())
        page.wait_for_selector("html[data-ready]")
        box = page.locator("section.glass").bounding_box()
        save(page, "glass-box.png", box["y"], box["y"] + 645)
        chromium.close()


if __name__ == "__main__":
    main()
