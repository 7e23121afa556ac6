"""The README's pictures of the page: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.opening import (
    CHROMIUM_OPTIONS,
    NO_CHROMIUM,
    ROOT,
    Studio,
    chromium_path,
    open_studio,
    watched_page,
)

PICTURES = ROOT / "static/pictures"
DESKTOP: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
RENDER_MS = 120_000
SHOWN = 3
"""The scene that is shown, from 0: one of two figures."""


def main() -> None:
    """Take every picture anew."""
    path = chromium_path()
    if path is None:
        raise SystemExit(NO_CHROMIUM)
    with (
        tempfile.TemporaryDirectory() as home,
        open_studio(Path(home)) as studio,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        _photograph(studio, browser)
        browser.close()


def _photograph(studio: Studio, browser: Browser) -> None:
    with watched_page(browser, DESKTOP) as page:
        address = _play(page, studio)
        _keep(page, "studio")
        page.goto(f"{address}&__theme=dark")
        _settle(page)
        _keep(page, "studio-dark")
    with watched_page(browser, {"width": 1800, "height": 1500}) as wide:
        wide.goto(address)
        _settle(wide)
        wide.get_by_role("button", name="Table").click()
        table = wide.locator(".editor-place .box-table")
        table.screenshot(path=PICTURES / "table.jpg", type="jpeg", quality=88)
    with watched_page(browser, PHONE, touch=True) as phone:
        phone.goto(address)
        _settle(phone)
        _keep(phone, "studio-phone")


def _play(page: Page, studio: Studio) -> str:
    """Plan the example, render two scenes, and give where the story is shown."""
    page.goto(studio.url)
    idea = (ROOT / "static/stories/demo.txt").read_text(encoding="utf-8").strip()
    page.locator("#idea textarea").fill(idea)
    page.get_by_role("button", name="Make the storyboard").click()
    for at in (0, SHOWN):
        page.locator(".scene-card").nth(at).click()
        page.locator(".takes-side .accent").click()
        expect(page.locator(".take-list .chip")).to_have_count(1, timeout=RENDER_MS)
    _settle(page)
    return page.url.split("#", maxsplit=1)[0]


def _settle(page: Page) -> None:
    page.locator(".scene-card .pick").nth(SHOWN).click()
    page.locator(".boxes-stage .box").first.focus()
    page.wait_for_timeout(800)


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=82)


if __name__ == "__main__":
    main()
