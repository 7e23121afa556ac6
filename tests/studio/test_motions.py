"""The motions of a story for the page: their clips, the verdicts, and what is searched for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.clips import Retrieval
from pipeline.queue import Queue
from pipeline.retrieve.libraries import create_library, delete_library, open_library
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio.clip_media import FILES, _making, find_preview
from studio.clips import score_views, source_words
from studio.jobs import JobDesk
from studio.libraries import can_fetch
from studio.media import make_routes
from studio.signing import Links
from tests.studio.fixtures import make_casting, make_story
from tests.studio.found import CAPTIONS, keep_found, make_candidate, make_clip
from tests.studio.talking import Page

NAME = "the-shy-fox"
MOTIONS = (
    Motion(id="walks", words="walks"),
    Motion(id="dances", words="dances"),
    Motion(id="moonwalks", words="moonwalks"),
)


@pytest.fixture
def project(settings: Settings) -> Project:
    """A story whose fox dances."""
    story = make_story()
    dawn, dusk = story.scenes
    mia = dawn.regions[0].model_copy(update={"motion_id": "dances"})
    scenes = (dawn.model_copy(update={"regions": (mia,)}), dusk)
    told = story.model_copy(update={"motions": MOTIONS, "scenes": scenes})
    return create_project(told, make_casting(), settings=settings)


@pytest.fixture
def found(project: Project, settings: Settings, tmp_path: Path) -> Retrieval:
    return keep_found(project, settings, "dances", tmp_path / "films")


def motion(page: Page, motion_id: str = "dances") -> dict:
    return page.ask("motion", project=NAME, motion=motion_id)


def decide(page: Page, clip: str, verdict: str | None) -> dict:
    return page.ask("decide", project=NAME, motion="dances", clip=clip, verdict=verdict)


def verdicts(view: dict) -> dict[str, str | None]:
    return {one["id"]: one["verdict"] for one in view["candidates"]}


def test_motions_tell_what_they_need(page: Page, found: Retrieval) -> None:
    heads = page.ask("motions", project=NAME)["motions"]
    assert [(one["id"], one["state"], one["searched"]) for one in heads] == [
        ("walks", "known", False),
        ("dances", "to_learn", True),
        ("moonwalks", "known", False),
    ]
    assert [one["played"] for one in heads] == ["", "jumps", "stands"]  # what stands in
    shown = page.ask("open", project=NAME)["head"]["motions"]
    assert [one["played"] for one in shown] == ["", "jumps", "stands"]
    assert all("candidates" not in one for one in heads)


def test_a_motion_nobody_searched_for_shows_the_forms_of_its_words(
    page: Page, project: Project
) -> None:
    view = motion(page)
    assert view["expanded"] == ["dance", "dances", "danced", "dancing"]
    assert (view["words_asked"], view["cost"], view["counts"]) == ("dances", "", [])
    assert (view["candidates"], view["dropped"]) == ([], [])


def test_candidates_come_with_reasons_scores_and_pictures(page: Page, found: Retrieval) -> None:
    view = motion(page)
    assert [one["caption"] for one in view["candidates"]] == list(CAPTIONS)
    best, second, last = view["candidates"]
    assert (best["source"], best["licence"], best["seconds"]) == ("film-0.mp4", "CC-BY-4.0", 6.0)
    assert (best["credit"], best["follows"]) == ("Ada, the film club", True)
    assert second["found_by"] == ["by its caption", "by its pictures"]
    assert [one["words"] for one in best["scores"]] == [
        "caption: fits well",
        "pictures: fits well",
        "all in all: fits well",
    ]
    assert [one["words"] for one in last["scores"]][1:] == [
        "pictures: fits less",
        "all in all: fits less",
    ]
    assert best["scores"][0]["value"] == 12.5
    assert all(best[name] for name in ("crop", "whole", "poster"))
    assert (view["cost"], view["words_asked"]) == ("about 41 s", "hops")
    assert [(one["kept"], one["words"]) for one in view["counts"]][:2] == [
        (412, "captions match"),
        (371, "long enough"),
    ]


def test_what_was_left_out_keeps_its_reason(page: Page, found: Retrieval) -> None:
    short, unseen = motion(page)["dropped"]
    assert (short["words"], short["number"]) == ("Too short", 1)
    assert short["clips"][0]["reason"] == "It lasts 1.2 s, 2 s are needed."
    assert (short["clips"][0]["crop"], short["clips"][0]["follows"]) == (None, False)
    assert unseen["clips"][0]["source"] == "film-0.mp4, 0:00.0 to 0:03.5"


def test_verdicts_are_kept_and_taken_back(page: Page, found: Retrieval, project: Project) -> None:
    first, second = (one.clip.id for one in found.kept[:2])
    decide(page, first, "approved")
    view = decide(page, second, "rejected")
    assert list(verdicts(view).values()) == ["approved", "rejected", None]
    assert (view["approved"], view["rejected"]) == (1, 1)
    assert project.clip_decisions("dances")[first].crop == found.kept[0].crop
    assert verdicts(decide(page, second, None))[second] is None


def test_another_search_loses_no_verdict(page: Page, found: Retrieval, project: Project) -> None:
    first, last = found.kept[0].clip.id, found.kept[-1].clip.id
    decide(page, last, "rejected")
    decide(page, first, "approved")
    project.save_retrieval(found.model_copy(update={"candidates": found.kept[1:2]}))
    view = motion(page)
    assert verdicts(view) == {found.kept[1].clip.id: None, last: "rejected", first: "approved"}
    assert view["candidates"][2]["crop"]


def test_a_clip_that_was_left_out_can_be_taken(page: Page, found: Retrieval) -> None:
    left = found.candidates[-1].clip.id
    view = decide(page, left, "approved")
    assert verdicts(view)[left] == "approved"
    assert [one["words"] for one in view["dropped"]] == ["Too short"]


def test_only_the_decision_on_a_clip_of_one_s_own_counts(
    page: Page, found: Retrieval, project: Project
) -> None:
    own = make_clip("film-club", 7).model_copy(update={"own": True, "id": "7" * 16})
    mine = make_candidate(own, 0)
    project.save_retrieval(found.model_copy(update={"candidates": (mine, *found.candidates)}))
    project.decide_clip("dances", mine, "approved")  # as the job does that takes it in
    assert motion(page)["approved"] == 1
    assert decide(page, own.id, "rejected")["rejected"] == 1
    undecided = decide(page, own.id, None)
    assert (verdicts(undecided)[own.id], undecided["approved"]) == (None, 0)


def test_clips_of_libraries_for_another_model_are_not_shown(
    page: Page, found: Retrieval, project: Project, settings: Settings
) -> None:
    first, second, third = found.kept
    mine = second.model_copy(update={"clip": second.clip.model_copy(update={"own": True})})
    for one in (first, mine):
        project.decide_clip("dances", one, "approved")
    record = open_library(settings, first.clip.library).path / "library.json"
    told = {**json.loads(record.read_text("utf-8")), "suits": ["other"]}
    record.write_text(json.dumps(told), "utf-8")
    project.save_retrieval(found.model_copy(update={"candidates": (first, mine, third)}))
    view = motion(page)
    assert (verdicts(view), view["approved"]) == ({second.clip.id: "approved"}, 1)
    assert view["dropped"] == []
    record.write_text(json.dumps({**told, "suits": ["other", "theatre"]}), "utf-8")
    assert motion(page)["approved"] == 2
    delete_library(settings, first.clip.library)  # what was decided stays
    assert motion(page)["approved"] == 2


@pytest.mark.parametrize(
    "told",
    [
        {"motion": "nowhere", "clip": "0" * 16, "verdict": "approved"},
        {"motion": "../dances", "clip": "0" * 16, "verdict": "approved"},
        {"motion": "dances", "clip": "0" * 16, "verdict": "approved"},
        {"motion": "dances", "clip": "../../x", "verdict": None},
    ],
)
def test_what_is_not_there_is_not_decided_on(
    page: Page, found: Retrieval, told: dict[str, object]
) -> None:
    page.refused("decide", 404, project=NAME, **told)
    page.refused("decide", 400, project=NAME, **{**told, "verdict": "perhaps"})


def test_a_search_is_queued(page: Page, project: Project, queue: Queue) -> None:
    page.ask(
        "search", project=NAME, motion="dances", words="hops", terms=["Hop", "hop", "", "leap"]
    )
    page.ask("search", project=NAME, motion="walks", words="walks on", terms=None)
    jobs = {one.arguments["motion_id"]: one for one in queue.jobs(project.path)}
    assert {one.kind for one in jobs.values()} == {"retrieve"}
    assert jobs["dances"].arguments["terms"] == ["hop", "leap"]
    assert jobs["walks"].arguments == {
        "motion_id": "walks",
        "words": "walks on",
        "terms": None,
        "suggest": False,
        "fetch": False,
        "filter": None,
    }
    told = page.ask("watch", project=NAME)["jobs"]
    assert {(one["motion"], one["title"]) for one in told} == {
        ("dances", "Searching clips of “hops”"),
        ("walks", "Searching clips of “walks on”"),
    }


def test_what_a_clip_needs_is_changed_for_a_search(
    page: Page, project: Project, queue: Queue
) -> None:
    asked = motion(page)["filter"]
    assert asked == {"min_seconds": 2.0, "min_frames": 40, "min_aspect": 0.9}
    told = {"project": NAME, "motion": "dances", "words": "hops"}
    page.ask("search", **told, filter={**asked, "min_seconds": 1.25})
    (job,) = queue.jobs(project.path)
    assert job.arguments["filter"] == {**asked, "min_seconds": 1.25}
    for wrong in ({"min_seconds": -1}, {"min_frames": 1.5}, {"min_aspect": "wide"}, {"most": 3}):
        page.refused("search", 400, **told, filter=wrong)


def test_a_search_that_failed_is_told_whatever_else_went_well(
    page: Page, project: Project, settings: Settings, queue: Queue, links: Links
) -> None:
    for motion_id in ("dances", "walks", "moonwalks"):
        page.ask("search", project=NAME, motion=motion_id, words=motion_id, terms=None)
    for _ in range(3):
        job = queue.claim("worker")
        assert job
        if job.arguments["motion_id"] == "walks":
            queue.fail(job.id, "it broke", "Retry.")
        else:
            queue.finish(job.id)
    told = JobDesk(queue, links).missed(project, settings)
    assert told == ["Searching clips of “walks”: It broke. Retry."]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, {"motion": "flies", "words": "flies", "terms": None}),
        (400, {"motion": "dances", "words": "  ", "terms": None}),
        (400, {"motion": "dances", "words": "hops", "terms": [" "]}),
        (400, {"motion": "dances", "words": "x" * 201, "terms": None}),
        (400, {"motion": "dances", "words": "hops", "terms": ["hop"] * 81}),
    ],
)
def test_a_search_for_nothing_is_refused(
    page: Page, project: Project, queue: Queue, status: int, told: dict[str, object]
) -> None:
    page.refused("search", status, project=NAME, **told)
    assert queue.jobs(project.path) == []


def test_clips_are_fetched_only_where_that_can_be_done(
    page: Page,
    project: Project,
    queue: Queue,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    create_library(settings, "Captions", "list")
    asked = {"project": NAME, "motion": "dances", "words": "hops", "terms": None, "fetch": True}
    assert not motion(page)["fetches"]
    page.refused("search", 403, **asked)
    program = tmp_path / "yt-dlp"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert motion(page)["fetches"]
    assert not can_fetch(replace(settings, visitors=True))
    page.ask("search", **asked)
    assert [one.arguments["fetch"] for one in queue.jobs(project.path)] == [True]
    delete_library(settings, "captions")
    assert not motion(page)["fetches"]


def test_pictures_of_clips_are_served_to_who_found_them(
    page: Page, found: Retrieval, settings: Settings, queue: Queue
) -> None:
    best = motion(page)["candidates"][0]
    with TestClient(FastAPI(routes=make_routes(settings, queue))) as client:
        for name, kind in (("crop", "video/mp4"), ("whole", "video/mp4"), ("poster", "image/jpeg")):
            answer = client.get(f"/{best[name]}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
            assert len(answer.content) > 500
        below = f"{NAME}/clips/dances/{best['id']}"
        links = Links(settings)
        theirs = links.link(replace(settings, user="other"), f"{below}/crop.mp4")
        for address in (
            f"gradio_api/studio/media/{below}/crop.mp4?u=local&s=0",
            theirs,
            links.link(settings, f"{below}/crop.txt"),
            links.link(settings, f"{NAME}/clips/walks/{best['id']}/crop.mp4"),
            links.link(settings, f"{NAME}/clips/dances/{'0' * 16}/poster.jpg"),
        ):
            assert client.get(f"/{address}").status_code == 404, address


def test_a_clip_whose_file_is_gone_has_no_whole(
    page: Page, found: Retrieval, settings: Settings, queue: Queue, tmp_path: Path
) -> None:
    (tmp_path / "films" / "film-0.mp4").unlink()
    best = motion(page)["candidates"][0]
    with TestClient(FastAPI(routes=make_routes(settings, queue))) as client:
        assert client.get(f"/{best['whole']}").status_code == 404
        assert client.get(f"/{best['crop']}").status_code == 200


def test_what_is_there_waits_for_nothing_that_is_made(
    project: Project, found: Retrieval, settings: Settings
) -> None:
    clip = found.kept[0].clip
    asked = [(name, find_preview(project, settings, "dances", clip.id, name)) for name in FILES]
    with ThreadPoolExecutor() as pool, _making, _making:
        again = [
            pool.submit(find_preview, project, settings, "dances", clip.id, name) for name in FILES
        ]
        assert [one.result(timeout=5) for one in again] == [path for _, path in asked]
    assert len({path for _, path in asked}) == 3


def test_words_of_clips() -> None:
    clip = make_clip("film-club", 1)
    part = clip.model_copy(update={"start_seconds": 61.5, "end_seconds": None})
    assert source_words(part) == "film-1.mp4, 1:01.5 to its end"
    site = part.model_copy(update={"source": "dQw4w9WgXcQ", "end_seconds": 119.97})
    assert source_words(site) == "YouTube, dQw4w9WgXcQ, 1:01.5 to 2:00.0"
    scores = [make_candidate(clip, number).scores for number in range(9)]
    thirds = [score_views(one, scores)[0]["words"] for one in scores]
    assert thirds == [
        f"caption: fits {fit}" for fit in ("well", "fairly", "less") for _ in range(3)
    ]
