"""Words that the pack reads otherwise, as the page asks for them."""

from __future__ import annotations

import pytest

from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.reading import words_view


def test_words_of_a_box_are_marked_for_its_own_player(project: Project, settings: Settings) -> None:
    view = words_view(project, settings, "dusk", "dragon", "the shy dragon waves")
    assert view == {
        "marks": [
            {"start": 4, "end": 7, "words": "shy: not known to the paper theatre, has no effect"},
            {"start": 8, "end": 14, "words": "dragon: played as robot"},
        ]
    }


def test_words_of_the_background_are_marked(project: Project, settings: Settings) -> None:
    view = words_view(project, settings, "dusk", None, "a lighthouse")
    assert view == {"marks": [{"start": 2, "end": 12, "words": "lighthouse: played as beach"}]}


@pytest.mark.parametrize(("scene", "region"), [("dusk", "nobody"), ("nowhere", "mia")])
def test_what_has_gone_has_no_marks(
    project: Project, settings: Settings, scene: str, region: str
) -> None:
    assert words_view(project, settings, scene, region, "a shy unicorn") == {"marks": []}
