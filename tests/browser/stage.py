"""The hands of a storyteller on the stage: boxes, drags, and what is saved of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from pipeline.story import Region, Scene
from pipeline.workspace import Project
from tests.browser.opening import Studio

SAVED_SECONDS = 20.0
"""Longer than the page waits before it asks a silent studio again."""
Point = tuple[float, float]
"""A place of the screen, in px."""


@dataclass(frozen=True)
class Stage:
    """The stage of an open story, and the project behind it."""

    page: Page
    project: Project

    @classmethod
    def open(cls, page: Page, studio: Studio, project: Project) -> Stage:
        """Open a project's page and wait for its boxes."""
        page.goto(studio.address(project))
        stage = cls(page, project)
        stage.boxes.first.wait_for()
        page.locator(".workshop .boxes-stage .frame").scroll_into_view_if_needed()
        return stage

    @property
    def boxes(self) -> Locator:
        """Give the boxes that are drawn."""
        return self.page.locator(".workshop .boxes-stage .box")

    def box(self, region: str) -> Locator:
        """Give the box of a region."""
        return self.page.locator(f".workshop .boxes-stage .box[data-region={region}]")

    def middle(self, region: str) -> tuple[float, float]:
        """Give the middle of a box on the screen, in px."""
        edges = self.box(region).locator(".edge").bounding_box()
        assert edges is not None
        return edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2

    def size(self) -> tuple[float, float]:
        """Give the width and height of the stage on the screen, in px."""
        edges = self.page.locator(".workshop .boxes-stage .frame").bounding_box()
        assert edges is not None
        return edges["width"], edges["height"]

    def drag(self, region: str, right: float, down: float, *keys: str) -> None:
        """Drag a box by fractions of the frame, with modifier keys held."""
        x, y = self.middle(region)
        self.pull((x, y), right, down, *keys)

    def pull(self, start: tuple[float, float], right: float, down: float, *keys: str) -> None:
        """Drag from a place of the screen by fractions of the frame."""
        (x, y), (width, height) = start, self.size()
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right * width, y + down * height, steps=6)
        self.page.mouse.up()
        for key in keys:
            self.page.keyboard.up(key)

    def select(self, region: str) -> None:
        """Select a box with a click."""
        self.page.mouse.click(*self.middle(region))
        expect(self.box(region)).to_be_focused()

    def touch(self, *ways: tuple[Point, Point]) -> None:
        """Drag fingers from place to place of the screen, as Chromium's own input would."""
        cdp = self.page.context.new_cdp_session(self.page)

        def send(kind: str, part: float | None) -> None:
            points = [] if part is None else [_between(*way, part) for way in ways]
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", 0)
        for step in range(1, 9):
            send("touchMove", step / 8)
        send("touchEnd", None)

    def scene(self) -> Scene:
        """Give the first scene as it is saved."""
        return self.project.reload().scenes[0]

    def region(self, region: str) -> Region:
        """Give a region of the first scene as it is saved."""
        return next(one for one in self.scene().regions if one.id == region)

    def edges(self, region: str, keyframe: int) -> list[float]:
        """Give a saved box, edges as fractions of the frame."""
        box = self.region(region).box_at(keyframe)
        assert box is not None
        return box.as_list()

    def set_keys(self, region: str) -> list[int]:
        """Give the keyframes with a key, as saved."""
        return [at for at, key in enumerate(self.region(region).keys) if key]

    def eases(self, region: str) -> dict[int, str]:
        """Give how the box moves on from each of its keys, as saved."""
        keys = enumerate(self.region(region).keys)
        return {at: key.ease for at, key in keys if key}

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of what is saved."""
        end = time.monotonic() + SAVED_SECONDS
        while not holds():
            assert time.monotonic() < end, self.scene()
            self.page.wait_for_timeout(50)


def _between(start: Point, end: Point, part: float) -> dict[str, float]:
    (x0, y0), (x1, y1) = start, end
    return {"x": x0 + part * (x1 - x0), "y": y0 + part * (y1 - y0)}
