"""Whose stories a browser may see: one folder for each token, or one for all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.settings import Settings
from studio.visitors import UnknownVisitorError, Visitors

ONE, OTHER = "a" * 42 + "Q", "a" * 42 + "-"


def test_a_studio_for_one_person_knows_only_that_one(settings: Settings) -> None:
    visitors = Visitors(settings)
    assert visitors.user_of(ONE) == visitors.user_of(OTHER) == "local"
    assert visitors.settings_of(ONE) == settings


def test_each_token_has_a_folder_of_its_own(settings: Settings) -> None:
    visitors = Visitors(replace(settings, visitors=True))
    one = visitors.settings_of(ONE)
    assert one.user == visitors.user_of(ONE) != visitors.user_of(OTHER)
    assert one.home == settings.home
    # a token keeps its folder whatever version of the studio reads it
    assert one.user == "v-d285f8f7497e61720df18a7d"
    assert ONE not in one.user


@pytest.mark.parametrize(
    "token",
    [None, "", 7, "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "\n", "ä" * 43, [ONE], b"a" * 43],
)
@pytest.mark.parametrize("several", [False, True])
def test_what_is_no_token_is_nobody(settings: Settings, token: object, several: bool) -> None:
    with pytest.raises(UnknownVisitorError, match="Reload"):
        Visitors(replace(settings, visitors=several)).settings_of(token)
