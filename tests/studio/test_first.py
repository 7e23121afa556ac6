"""The first page: the example for a newcomer, one's own last story for whoever was here."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.first import first_view, foot_words, troupe_view
from studio.signing import Links
from studio.staging import played_pack
from tests.studio.fixtures import add_take, make_casting, make_story


def test_a_newcomer_sees_the_example(settings: Settings, links: Links) -> None:
    view = first_view(settings, links)
    first = view["first"]
    assert view["mine"] is False
    assert len(first["story"]["order"]) == 6
    assert first["scene"] == first["story"]["order"][1]
    scene = first["story"]["scenes"][first["scene"]]
    assert [region["id"] for region in scene["regions"]] == [first["region"]]
    assert set(first["takes"]) == set(first["story"]["order"])
    assert view["plays"]["words"].startswith("Paper theatre, ")


def test_both_films_of_the_example_show_their_boxes(settings: Settings, links: Links) -> None:
    first = first_view(settings, links)["first"]
    played, without = first["reels"]["played"], first["reels"]["without"]
    for reel in (played, without):
        assert [cut["scene"] for cut in reel["cuts"]] == first["story"]["order"]
        assert reel["captions"].partition("?")[0].endswith(".vtt")
        assert all(one["to"] == two["from"] for one, two in pairwise(reel["cuts"]))
    assert played["video"] != without["video"]
    marks = [
        mark["mark"] for cut in played["cuts"] for one in cut["actors"] for mark in one["marks"]
    ]
    loose = [
        mark["mark"] for cut in without["cuts"] for one in cut["actors"] for mark in one["marks"]
    ]
    assert "missed" not in marks
    assert {"missed"} < {*loose}
    assert loose.count("on its mark") < len(loose) / 4


def test_whoever_was_here_sees_their_own_last_story(
    settings: Settings, links: Links, project: Project
) -> None:
    newer = create_project(make_story(), make_casting(), settings=settings)
    os.utime(project.path / "story.json", (5, 5))
    os.utime(newer.path / "story.json", (9, 9))
    add_take(newer, "dusk")
    view = first_view(settings, links)
    assert view["mine"] is True
    assert view["first"]["story"]["project"] == newer.id
    assert view["first"]["reels"] == {"played": None, "without": None}
    assert set(view["first"]["takes"]) == {"dusk"}


def test_a_story_that_cannot_be_read_is_passed_over(
    settings: Settings, links: Links, project: Project
) -> None:
    newer = create_project(make_story(), make_casting(), settings=settings)
    os.utime(project.path / "story.json", (5, 5))
    (newer.path / "story.json").write_text("{}", encoding="utf-8")
    assert first_view(settings, links)["first"]["story"]["project"] == project.id


def test_the_troupe_is_that_of_the_pack() -> None:
    theatre = played_pack(Settings(home=Path()))
    company = troupe_view(theatre)
    assert [one["name"] for one in company["players"]] == ["witch", "fox", "robot", "rabbit"]
    assert all(len(one["faces"]) == len(one["colours"]) == 5 for one in company["players"])
    assert "walks" in company["does"]
    assert [one["name"] for one in company["places"]] == ["forest", "beach", "castle", "room"]
    assert "144 x 96 dots" in foot_words(theatre.record)


def test_a_pack_that_plays_anybody_has_no_troupe() -> None:
    large = played_pack(Settings(home=Path(), pack="cogvideox-2b"))
    assert troupe_view(large) == {"players": [], "does": [], "places": []}
    assert foot_words(large.record).startswith("CogVideoX")
