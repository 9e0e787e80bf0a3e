"""Writes the four pictures of docs/pictures from a ledger that is served, with forecasts, records and scores beside it.

.venv/bin/python scripts/pictures.py URL RUMOUR [FILTERS]

FILTERS are those of Today, as they stand in its address: "window=2021-summer&min_origins=6".
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"


def main(url: str, rumour: str, filters: str = "") -> None:
    """Take the pictures in Chromium, light and dark, wide and narrow."""
    from playwright.sync_api import sync_playwright

    shots = (
        ("today", f"/?{filters}", 1280, "light"),
        ("rumour", f"/rumour/{rumour}", 1280, "light"),
        ("record", "/record", 1280, "dark"),
        ("today-narrow", f"/?{filters}", 390, "dark"),
    )
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for name, path, width, scheme in shots:
            page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme)
            page.goto(url.rstrip("/") + path)
            page.screenshot(path=FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
