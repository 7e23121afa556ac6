"""Takes taken out and brought back, the scene of a take, and what boxes use of what was learned."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.take_bin import empty_take_bin
from studio.cards import Shown
from studio.signing import Links
from studio.views import show
from tests.studio.fixtures import add_take
from tests.studio.learned import keep_prior, make_look, make_prior
from tests.studio.talking import Page


def scene(page: Page, name: str = "dawn") -> dict[str, Any]:
    return page.ask("open", project="the-shy-fox")["scenes"][name]


def labels(page: Page) -> list[tuple[str, str]]:
    return [(one["id"], one["label"]) for one in scene(page)["takes"]]


def test_a_take_goes_with_its_comparison_and_the_others_keep_their_numbers(
    page: Page, project: Project
) -> None:
    for seed in (3, 5, 8):
        add_take(project, "dawn", seed=seed)
    add_take(project, "dawn", seed=5, use_regions=False)
    answer = page.edit("drop_take", scene="dawn", take="take-02")
    told = answer["scenes"]["dawn"]
    assert [one["label"] for one in told["takes"]] == ["Take 1", "Take 3"]
    assert told["binned"] == [{"id": "take-02", "label": "Take 2", "note": "final, seed 5"}]
    add_take(project, "dawn", seed=9)
    assert labels(page)[-1] == ("take-05", "Take 4")
    back = page.edit("recover_take", scene="dawn", take="take-02")["scenes"]["dawn"]
    assert [one["label"] for one in back["takes"]] == [
        *("Take 1", "Take 2", "Take 3", "Take 2", "Take 4")
    ]
    assert [one["of"] for one in back["takes"]] == [None, None, None, "take-02", None]
    assert back["binned"] == []


def test_the_star_is_kept_while_a_take_lies_in_the_bin(page: Page, project: Project) -> None:
    for seed in (3, 5):
        add_take(project, "dawn", seed=seed)
    page.edit("choose", scene="dawn", take="take-01")
    page.edit("drop_take", scene="dawn", take="take-01")
    assert [one["chosen"] for one in scene(page)["takes"]] == [True]
    page.edit("recover_take", scene="dawn", take="take-01")
    assert [one["chosen"] for one in scene(page)["takes"]] == [True, False]


def test_an_emptied_bin_gives_nothing_back_and_keeps_the_numbers(
    page: Page, project: Project
) -> None:
    for seed in (3, 5):
        add_take(project, "dawn", seed=seed)
    page.edit("drop_take", scene="dawn", take="take-01")
    empty_take_bin(project)
    assert (scene(page)["binned"], labels(page)) == ([], [("take-02", "Take 2")])
    project.reload()
    refused(page, 404, "recover_take", scene="dawn", take="take-01")


def refused(page: Page, status: int, op: str, **told: object) -> dict[str, Any]:
    told = {"project": "the-shy-fox", **told}
    base = page.ask("watch", project="the-shy-fox")["revision"]
    return page.refused("edit", status, base=base, op=op, **told)


@pytest.mark.parametrize("op", ["drop_take", "recover_take", "scene_of_take"])
@pytest.mark.parametrize(
    "wrong", [{"take": "take-09"}, {"take": "../x"}, {"scene": "noon"}, {"project": "nobodys"}]
)
def test_a_take_that_is_not_there_is_refused(
    page: Page, project: Project, op: str, wrong: dict[str, str]
) -> None:
    add_take(project, "dawn")
    before = project.story.revision
    refused(page, 404, op, **{"scene": "dawn", "take": "take-01", **wrong})
    assert project.reload().revision == before


def test_a_take_lies_in_the_bin_once(page: Page, project: Project) -> None:
    add_take(project, "dawn")
    page.edit("drop_take", scene="dawn", take="take-01")
    refused(page, 404, "drop_take", scene="dawn", take="take-01")
    page.edit("recover_take", scene="dawn", take="take-01")
    refused(page, 404, "recover_take", scene="dawn", take="take-01")


def test_the_scene_of_a_take_comes_back(page: Page, project: Project, shown: Shown) -> None:
    before = project.story.scenes[0]
    add_take(project, "dawn", prompt=shown.staging.scenes["dawn"].prompt)
    page.edit("edit", scene="dawn", field="background", value="a beach at night")
    page.edit("title", value="Another title")
    (take,) = scene(page)["takes"]
    assert take["stale"]
    answer = page.edit("scene_of_take", scene="dawn", take="take-01")
    assert [one["stale"] for one in answer["scenes"]["dawn"]["takes"]] == [False]
    story = project.reload()
    assert (story.scenes[0], story.title) == (before, "Another title")
    again = refused(page, 400, "scene_of_take", scene="dawn", take="take-01")
    assert again["error"]["message"] == "The scene has the same words and boxes already"


def test_a_scene_that_is_no_longer_kept_is_told_with_its_seed(page: Page, project: Project) -> None:
    add_take(project, "dawn", seed=23, story_revision=0)
    page.edit("edit", scene="dawn", field="narration", value="Twice.")
    (project.path / "versions" / "0.json").unlink()
    told = refused(page, 400, "scene_of_take", scene="dawn", take="take-01")["error"]
    assert told["message"] == "The scene as it was then is no longer kept"
    assert "23" in told["hint"]


def test_what_nobody_learned_is_no_table(page: Page, project: Project) -> None:
    assert scene(page, "dusk")["uses"] is None


@pytest.fixture
def learned(settings: Settings, project: Project) -> str:
    """Somebody learned how Mia looks; gives the key of it."""
    return keep_prior(settings, make_prior(make_look(words="Mia", figure="fox"))).key


def cells(page: Page) -> list[tuple[bool, bool, float, int, int]]:
    """What the fox and the dragon of the second scene use of Mia's look."""
    names = ("set", "plays", "scale", "from_keyframe", "to_keyframe")
    rows = scene(page, "dusk")["uses"]["rows"]
    return [tuple(row["cells"][0][name] for name in names) for row in rows]


@pytest.mark.usefixtures("learned")
def test_the_table_shows_what_plays_by_itself(page: Page) -> None:
    table = scene(page, "dusk")["uses"]
    assert table["columns"] == [{"character_id": "mia", "motion_id": None, "name": "Mia"}]
    assert [(row["region"], row["name"]) for row in table["rows"]] == [
        ("mia", "Mia"),
        ("dragon", "Old Dragon"),
    ]
    assert cells(page) == [(False, True, 1.0, 0, 5), (False, False, 0.0, 0, 5)]


def test_a_strength_is_told_turned_off_and_left_as_usual(
    page: Page, project: Project, learned: str
) -> None:
    told = {"scene": "dusk", "character_id": "mia"}
    strength = {"scale": 0.6, "from_keyframe": 2, "to_keyframe": 4}
    page.edit("use", **told, region="dragon", use=strength)
    page.edit("use", **told, region="mia", use={"scale": 0})
    assert cells(page) == [(True, False, 0.0, 0, 5), (True, True, 0.6, 2, 4)]
    (use,) = project.reload().scenes[1].regions[1].priors
    assert use.model_dump(exclude={"motion_id"}) == {"character_id": "mia", **strength}
    page.edit("use", **told, region="mia", use=None)
    page.edit("use", **told, region="dragon", use=None)
    assert cells(page) == [(False, True, 1.0, 0, 5), (False, False, 0.0, 0, 5)]
    assert learned


@pytest.mark.usefixtures("learned")
def test_a_take_is_outdated_by_another_strength(
    page: Page, project: Project, settings: Settings, links: Links
) -> None:
    now = show(project, settings, links).staging.scenes["dusk"].prompt
    assert [one.region_ids for one in now.priors] == [("mia",)]
    add_take(project, "dusk", prompt=now)
    assert [one["stale"] for one in scene(page, "dusk")["takes"]] == [False]
    told = {"scene": "dusk", "region": "mia", "character_id": "mia"}
    answer = page.edit("use", **told, use={"scale": 1.4})
    assert list(answer["scenes"]) == ["dusk"]
    assert [one["stale"] for one in answer["scenes"]["dusk"]["takes"]] == [True]


@pytest.mark.usefixtures("learned")
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"use": {"scale": 2.1}}, 400),
        ({"use": {"from_keyframe": 3, "to_keyframe": 2}}, 400),
        ({"use": {"to_keyframe": 6}}, 400),
        ({"motion_id": "dances"}, 400),
        ({"character_id": None}, 400),
        ({"character_id": "nobody"}, 400),
        ({"region": "cat"}, 404),
        ({"scene": "noon"}, 404),
    ],
)
def test_a_strength_that_cannot_be_is_refused(
    page: Page, project: Project, wrong: dict[str, Any], status: int
) -> None:
    told = {"scene": "dusk", "region": "mia", "character_id": "mia", "use": {"scale": 1}}
    refused(page, status, "use", **{**told, **wrong})
    assert project.reload().scenes[1].regions[0].priors == ()
