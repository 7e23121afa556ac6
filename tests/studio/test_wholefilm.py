"""A whole film at one press: what is queued, in which order, and what is said at its end."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio import rendering
from studio.cards import Shown
from studio.signing import Links
from studio.views import show
from studio.wholefilm import could_be_learned, make_whole_film
from tests.studio.fixtures import add_take, make_casting, make_story
from tests.studio.talking import Page

FINAL_STEPS, DRAFT_STEPS = 20, 8


def asked(queue: Queue) -> list[tuple[str, Any]]:
    """What waits, in the order in which it is worked on: its kind, then its scene and steps."""
    told: list[tuple[str, Any]] = []
    for _ in queue.jobs(active=True):
        job = queue.claim("1")
        assert job is not None
        what = job.arguments
        told.append((job.kind, what.get("whole") or (what["scene_id"], what["steps"])))
        queue.finish(job.id)
    return told


def current(project: Project, shown: Shown, scene: str, steps: int) -> None:
    """Let a scene have a take that shows it as it is."""
    prompt = shown.staging.scenes[scene].prompt
    add_take(project, scene, steps=steps, seed=5, prompt=prompt)


def test_drafts_and_their_film_come_before_finals_and_theirs(
    page: Page, project: Project, queue: Queue
) -> None:
    answer = page.ask("whole_film", project=project.id)
    assert answer["words"].startswith("Drafts first")
    jobs = queue.jobs(active=True)
    assert answer["last"] == jobs[-1].id
    going = page.ask("watch", project=project.id, known=[], revision=0)["jobs"]
    assert sorted(one["whole"] for one in going) == ["", "", "", "", "drafts", "finals"]
    assert asked(queue) == [
        ("render", ("dawn", DRAFT_STEPS)),
        ("render", ("dusk", DRAFT_STEPS)),
        ("film", "drafts"),
        ("render", ("dawn", FINAL_STEPS)),
        ("render", ("dusk", FINAL_STEPS)),
        ("film", "finals"),
    ]


def test_a_second_press_asks_for_nothing_more(page: Page, project: Project, queue: Queue) -> None:
    first = page.ask("whole_film", project=project.id)
    assert page.ask("whole_film", project=project.id) == first
    assert len(queue.jobs(active=True)) == 6


def test_a_film_that_waits_goes_behind_the_takes_of_a_second_press(
    page: Page, project: Project, queue: Queue
) -> None:
    first = page.ask("whole_film", project=project.id)
    for _ in range(4):  # up to the final take of dawn, which is then asked for again
        job = queue.claim("1")
        assert job is not None
        queue.finish(job.id)
    last = page.ask("whole_film", project=project.id)["last"]
    assert last > first["last"]
    assert queue.waiting()[-1].id == last
    films = [what for kind, what in asked(queue) if kind == "film"]
    assert films == ["drafts", "finals"]


def test_a_film_in_the_making_is_not_that_of_later_takes(
    page: Page, project: Project, shown: Shown, queue: Queue
) -> None:
    for scene in ("dawn", "dusk"):
        current(project, shown, scene, FINAL_STEPS)
    first = page.ask("whole_film", project=project.id)["last"]
    assert queue.claim("1") is not None
    page.edit("edit", scene="dusk", field="setting", value="the castle")
    last = page.ask("whole_film", project=project.id)["last"]
    assert last > first
    assert queue.waiting()[-1].id == last


def test_takes_that_are_good_enough_stay(
    project: Project, shown: Shown, queue: Queue, settings: Settings, links: Links
) -> None:
    current(project, shown, "dawn", FINAL_STEPS)
    current(project, shown, "dusk", DRAFT_STEPS)
    told = make_whole_film(show(project, settings, links), queue)
    assert told["words"].startswith("Final takes first")
    (render, film) = queue.jobs(active=True)
    assert (render.arguments["scene_id"], render.arguments["seed"]) == ("dusk", 5)
    assert film.arguments["whole"] == "finals"


def test_a_draft_that_was_chosen_is_not_made_again(
    project: Project, shown: Shown, queue: Queue, settings: Settings, links: Links
) -> None:
    for scene in ("dawn", "dusk"):
        current(project, shown, scene, DRAFT_STEPS)
        project.choose_take(scene, "take-01")
    told = make_whole_film(show(project, settings, links), queue)
    assert asked(queue) == [("film", "finals")]
    assert told["words"] == "Every take is there: the film."


def test_an_outdated_take_is_made_anew(
    project: Project, queue: Queue, settings: Settings, links: Links
) -> None:
    add_take(project, "dawn", steps=FINAL_STEPS)
    make_whole_film(show(project, settings, links), queue)
    kinds = [job.arguments.get("scene_id") for job in queue.jobs(active=True)]
    assert kinds == ["dawn", "dusk", None, "dawn", "dusk", None]


def test_nothing_is_queued_where_too_much_waits(
    page: Page, project: Project, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "MAX_WAITING", 5)
    page.refused("whole_film", 400, project=project.id)
    assert queue.jobs(active=True) == []


def test_nothing_is_learned_unasked_but_told(settings: Settings, links: Links) -> None:
    told = could_be_learned(show(_dancing(settings, "dances", "spins"), settings, links))
    assert told["words"].startswith("Two motions could be learned, about ")
    assert told["words"].endswith(" each: “dances”, “spins”.")
    assert [one["words"] for one in told["motions"]] == ["dances", "spins"]
    one = could_be_learned(show(_dancing(settings, "spins"), settings, links))
    assert "each" not in one["words"]
    assert one["words"].startswith("One motion could be learned")


def test_known_motions_are_not_offered(project: Project, page: Page) -> None:
    assert page.ask("whole_film_told", project=project.id) == {"words": "", "motions": []}


def _dancing(settings: Settings, *words: str) -> Project:
    """The small story with the fox doing things that the theatre has not learned."""
    story = make_story()
    motions = tuple(Motion(id=one, words=one) for one in words)
    scenes = tuple(
        scene.model_copy(
            update={"regions": (scene.regions[0].model_copy(update={"motion_id": motion.id}),)}
        )
        for scene, motion in zip(story.scenes, motions, strict=False)
    )
    new = story.model_copy(update={"motions": motions, "scenes": scenes})
    return create_project(new, make_casting(), settings=settings)
