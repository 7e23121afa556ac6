"""The window of models: what each needs, what it may be used for, and whether it fits."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_pair

pytestmark = pytest.mark.browser


def test_the_models_are_seen_before_they_are_fetched(page: Page, studio: Studio) -> None:
    Stage.open(page, studio, studio.keep(make_pair()))
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Models …").click()
    window = page.get_by_role("dialog", name="The model")
    expect(window.locator("p").first).to_contain_text("have not been seen playing by us yet")
    expect(window).to_contain_text("While one is fetched, everything else goes on.")
    cards = window.locator(".model-card")
    expect(cards).to_have_count(3)
    theatre, smaller, larger = (cards.nth(at) for at in range(3))
    expect(theatre).to_contain_text(re.compile(r"Size\d+ MiB, part of the studio"))
    expect(theatre.locator(".badge")).to_have_text("plays now")
    expect(theatre.get_by_role("button", name="Fetch")).to_be_hidden()
    expect(smaller).to_contain_text("Apache-2.0")
    expect(larger).to_contain_text("registration")
    for card in (smaller, larger):
        expect(card).to_contain_text(re.compile(r"Size\d+\.\d GiB"))
        expect(card.locator(".badge")).to_have_text("not fetched yet")
        expect(card.get_by_role("button", name="Fetch")).to_be_enabled()
    for fits in cards.locator(".fits").all():
        expect(fits).to_have_text(re.compile(r"^\S.{10,}\.$"))
