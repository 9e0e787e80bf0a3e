"""Every kind of page is held against axe's rules: nothing serious, in light and dark, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interfaces.browsing import Site, Watched, needs_chromium

pytestmark = needs_chromium
GRAVE = ("serious", "critical")


def findings(page: Any, *, grave: bool = True) -> list[str]:
    """What axe finds on a page as it is shown, each with where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{page.url}: {finding['id']} ({finding['impact']}) at {finding['nodes'][0]['target']}, {finding['help']}"
        for finding in found
        if finding["impact"] in GRAVE or not grave
    ]


# The long pages take seconds each: what one ledger is not asked in, another is.
@pytest.mark.parametrize(
    ("ledger", "width", "scheme"),
    [
        ("samples", 1440, "light"), ("samples", 360, "dark"), ("gossip", 1440, "dark"), ("gossip", 360, "light"),
        ("saga", 1440, "light"), ("saga", 360, "light"), ("saga", 1440, "dark"), ("saga", 360, "dark"),
    ],
)  # fmt: skip
def test_no_page_has_a_serious_finding(
    browser: Any, request: pytest.FixtureRequest, ledger: str, width: int, scheme: str
) -> None:
    site: Site = request.getfixturevalue(f"{ledger}_site")
    found: list[str] = []
    with Watched(browser, width, scheme, bypass_csp=True) as watched:
        for path in (*site.paths.values(), "/nothing"):
            watched.page.goto(site.url + path)
            found += findings(watched.page)
    assert found == []


def test_axe_finds_what_is_wrong(browser: Any) -> None:
    with Watched(browser) as watched:
        watched.page.set_content("<main><img src='x.png'><p style='color:#ccc;background:#fff'>pale</p></main>")
        told = " ".join(findings(watched.page))
    assert "image-alt" in told
    assert "color-contrast" in told
