"""Lines of T2V-CompBench: every oddity of the real files, one example each, in own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from pipeline.errors import InvalidStoryError
from pipeline.plan.exchange.arrivals import Imported, Refused
from pipeline.plan.exchange.compbench import read_compbench, write_compbench
from pipeline.plan.exchange.plan_text import draft_of_plan, parse_plan, write_plan
from pipeline.story import Story
from tests.pipeline.plan.exchange.any_story import stories

ODDITIES = (Path(__file__).parent / "oddities.jsonl").read_text("utf-8")


def drafts() -> list[Imported]:
    found = read_compbench(ODDITIES, "oddities")
    assert [one.name for one in found] == [f"000{n}" for n in range(1, 7)]
    return [one for one in found if isinstance(one, Imported)]


def test_every_oddity_of_the_real_files_is_read() -> None:
    goat, kite, snail, tram, barrel, owl = (one.draft for one in drafts())
    assert goat.title == goat.scenes[0].narration == "A brown goat climbs a grey rock by the lake"
    assert goat.motions[0].locomotion
    assert [region.description for region in kite.scenes[0].regions] == [
        "a green kite rises",
        "a child's hand",
    ]
    assert all(key is not None for key in snail.scenes[0].regions[0].keys)
    assert tram.scenes[0].regions[0].keys[4] is not None
    assert tram.scenes[0].regions[0].keys[4].box.y1 == 0.4
    assert [region.description[-1] for region in barrel.scenes[0].regions] == [*"123456"]
    assert {region.character_id for region in barrel.scenes[0].regions} == {"barrel"}
    assert owl.scenes[0].background == "a loft full of moonlight"


@settings(deadline=None)
@given(stories())
def test_any_story_survives_as_lines(story: Story) -> None:
    found = read_compbench(write_compbench(story), "any")
    for number, (scene, one) in enumerate(zip(story.scenes, found, strict=True), start=1):
        name = f"{number:04d}"
        assert isinstance(one, Imported)
        assert one.draft == draft_of_plan(parse_plan(write_plan(story, scene.id)), name)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("not json", 'line 3: expected ["0001.mp4", "Background: ..."], found not json'),
        ('{"file": "0001.mp4"}', "line 3: expected"),
        ('["0001.mp4"]', "line 3: expected"),
        ('["0001.mp4", 5]', "line 3: expected"),
        ('["a\\u0000b.mp4", "Background: x"]', "line 3: expected"),
        ("[" * 100_000, "line 3: expected"),
        (json.dumps(["0003.mp4", "Background: x\nFrame_1: 5"]), "line 3, Frame_1, entry 1"),
        (json.dumps(["0003.mp4", "Background: \ud800"]), "line 3: expected whole characters"),
        (json.dumps(["\ud800.mp4", "Background: x"]), "line 3: expected"),
    ],
)
def test_a_broken_line_is_named_and_leaves_the_others(row: str, words: str) -> None:
    first, second, *_ = ODDITIES.split("\n")
    found = read_compbench("\n".join([first, "", row, second]), "lines")
    assert [type(one) for one in found] == [Imported, Refused, Imported]
    assert isinstance(found[1], Refused)
    assert words in found[1].message


def test_the_name_of_a_film_is_never_a_path() -> None:
    plan = json.loads(ODDITIES.split("\n")[0])[1]
    names = ["../../etc/passwd", "C:\\films\\one.mp4", "..", "/"]
    text = "\n".join(json.dumps([name, plan]) for name in names)
    found = [one for one in read_compbench(text, "x") if isinstance(one, Imported)]
    assert [one.draft.id for one in found] == ["passwd", "c-films-one", "story", "line-4"]


def test_too_many_or_no_lines() -> None:
    with pytest.raises(InvalidStoryError, match="found nothing"):
        read_compbench(" \n\n", "empty")
    with pytest.raises(InvalidStoryError, match="at most 1,000 plans in a file, found 1,001"):
        read_compbench('["x"]\n' * 1001, "large")
