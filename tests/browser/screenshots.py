"""The README's pictures of the page: `make screenshots`."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.opening import (
    CHROMIUM_OPTIONS,
    NO_CHROMIUM,
    ROOT,
    Studio,
    chromium_path,
    go_to,
    open_studio,
    watched_page,
)

PICTURES = ROOT / "static/pictures"
DESKTOP: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
RENDER_MS = 120_000
SHOWN = 3
"""The scene that is shown, from 0: one of two figures."""
STEPS = {"story": "Story", "studio": "Boards", "cast": "Cast & Motions", "film": "Film"}
"""The steps by the names of their pictures."""
BETWEEN_PX = 16


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
        for name, picture in _steps(page, address).items():
            _save(picture, name)
        dark = _steps(page, f"{address}&__theme=dark")
        _save(_sheet(list(dark.values()), columns=2), "studio-dark", width_px=1440)
    with watched_page(browser, {"width": 1800, "height": 1500}) as wide:
        wide.goto(address)
        _settle(wide)
        wide.locator(".workshop").get_by_role("button", name="Table").click()
        table = wide.locator(".workshop .editor-place .box-table")
        table.screenshot(path=PICTURES / "table.jpg", type="jpeg", quality=88)
    with watched_page(browser, PHONE, touch=True) as phone:
        _save(_sheet(list(_steps(phone, address).values()), columns=4), "studio-phone")


def _play(page: Page, studio: Studio) -> str:
    """Plan the example, render two scenes and their film, and give where the story is shown."""
    page.goto(studio.url)
    idea = (ROOT / "static/stories/demo.txt").read_text(encoding="utf-8").strip()
    page.locator("#idea textarea").fill(idea)
    page.locator("#begin").click()
    for at in (0, SHOWN):
        page.locator(".scene-card").nth(at).click()
        page.locator(".takes-side .accent").first.click()
        expect(page.locator(".takes-side video")).to_be_visible(timeout=RENDER_MS)
    go_to(page, "Film")
    page.get_by_role("button", name="Make the film of 2").click()
    expect(page.locator(".film video")).to_be_visible(timeout=RENDER_MS)
    here = page.url.split("#", maxsplit=1)[0]
    return here.replace("&step=film", "")


def _steps(page: Page, address: str) -> dict[str, Image.Image]:
    """Give a picture of each step, by its name."""
    page.goto(address)
    _settle(page)
    seen: dict[str, Image.Image] = {}
    for name, step in STEPS.items():
        go_to(page, step)
        page.mouse.move(2, 2)  # nothing is pointed at
        page.wait_for_timeout(800)
        seen[name] = Image.open(io.BytesIO(page.screenshot()))
    return seen


def _settle(page: Page) -> None:
    page.locator(".scene-card .pick").nth(SHOWN).click()
    page.locator(".workshop .boxes-stage .box").first.focus()
    page.wait_for_timeout(800)


def _sheet(pictures: list[Image.Image], *, columns: int) -> Image.Image:
    """Give pictures of one size as one, so many side by side."""
    width, height = (edge + BETWEEN_PX for edge in pictures[0].size)
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width - BETWEEN_PX, rows * height - BETWEEN_PX), "white")
    for at, picture in enumerate(pictures):
        sheet.paste(picture, (at % columns * width, at // columns * height))
    return sheet


def _save(picture: Image.Image, name: str, *, width_px: int | None = None) -> None:
    """Keep a picture, made smaller where a width is given."""
    if width_px:
        picture = picture.resize((width_px, round(picture.height * width_px / picture.width)))
    picture.convert("RGB").save(PICTURES / f"{name}.jpg", quality=82)


if __name__ == "__main__":
    main()
