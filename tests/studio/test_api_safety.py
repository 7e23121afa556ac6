"""What a browser may send: words stay words, and all else is refused in words."""

from __future__ import annotations

import json

import pytest

from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.workspace import Project, create_project
from studio.answers import API_PREFIX
from tests.studio.fixtures import make_casting, make_story
from tests.studio.talking import Page

NAME = "the-shy-fox"
BOX = [0.1, 0.2, 0.4, 0.9]


def key(box: object) -> list[object]:
    return [{"box": box, "visible": True, "ease": "linear"}, *[None] * 5]


def region_of(number: int, words: str) -> dict[str, object]:
    box = {"x0": 0.1, "y0": 0.2, "x1": 0.4, "y1": 0.9}
    return {"id": f"r{number}", "description": words, "keys": [{"box": box}, *[None] * 5]}


def test_a_project_with_a_strange_name_is_not_there(page: Page, project: Project) -> None:
    for name in ("${alert(1)}", "<img onerror>", "../the-shy-fox", "", "a\0b", "x" * 200):
        page.refused("open", 404, project=name)
        page.refused("edit", 404, project=name, base=0, op="title", value="x")


@pytest.mark.parametrize("title", ["${alert(1)}", "<img src=x onerror=alert(1)>", "{{title}}"])
def test_a_title_is_plain_text_and_comes_back_as_it_was(
    page: Page, settings: Settings, title: str
) -> None:
    story = make_story().revised(title=title)
    made = create_project(
        story.model_copy(update={"id": "named"}), make_casting(), settings=settings
    )
    assert page.ask("open", project=made.id)["head"]["title"] == title
    assert page.edit("title", project=made.id, value=f"{title}!")["head"]["title"] == f"{title}!"
    assert made.reload().title == f"{title}!"


@pytest.mark.parametrize(
    "told",
    [
        {"op": "describe", "scene": "dawn", "region": "mia", "value": "x" * 5_000_000},
        {"op": "patch", "scene": "dawn",
         "patch": {"regions": {"mia": {"description": "x" * 4001}}}},
        {"op": "edit", "scene": "dawn", "field": "title", "value": "x" * 201},
        {"op": "title", "value": "x" * 201},
    ],
    ids=["5 MB", "patched", "scene title", "title"],
)  # fmt: skip
def test_long_words_are_refused(page: Page, project: Project, told: dict[str, object]) -> None:
    answer = page.refused("edit", 400, project=NAME, base=0, **told)
    assert "cannot be kept" in answer["error"]["message"]
    assert "at most" in str(answer)
    assert len(str(answer)) < 1000
    assert project.reload().revision == 0


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 6000])
def test_what_is_no_number_is_refused(page: Page, project: Project, number: str) -> None:
    patch = {"regions": {"mia": {"keys": key([0.1, 0.2, "?", 0.9])}}}
    body = {"project": NAME, "base": 0, "op": "patch", "scene": "dawn", "patch": patch}
    text = json.dumps(body).replace('"?"', number)
    status, answer = page.send("edit", text.encode())
    assert (status, answer["error"]["message"]) == (400, "The page sent something unreadable")
    assert project.reload().revision == 0


@pytest.mark.parametrize(
    "box",
    [
        [0.4, 0.2, 0.1, 0.9],
        [0.1, 0.2, 0.1, 0.9],
        [-0.6, 0.2, 0.4, 0.9],
        [0.1, 0.2, 1.6, 0.9],
        [0.1, 0.2, 0.4],
        ["a", "b", "c", "d"],
        None,
        "box",
    ],
)
def test_what_is_no_box_is_refused(page: Page, project: Project, box: object) -> None:
    patch = {"regions": {"mia": {"keys": key(box)}}}
    page.refused("edit", 400, project=NAME, base=0, op="patch", scene="dawn", patch=patch)
    assert project.reload().revision == 0


@pytest.mark.parametrize("base", [1, -1, 7.0, "0", True, None, [], 10**30])
def test_a_revision_that_never_was_is_refused(page: Page, project: Project, base: object) -> None:
    told = {"project": NAME, "base": base, "op": "title", "value": "x"}
    answer = page.refused("edit", 400, **told)
    assert answer["error"]["message"] == "The page sent a revision that was never saved"
    assert project.reload().revision == 0


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, {"op": "edit", "scene": "nowhere", "field": "title", "value": "x"}),
        (404, {"op": "describe", "scene": "dawn", "region": "nobody", "value": "x"}),
        (404, {"op": "choose", "scene": "dawn", "take": "../take"}),
        (404, {"op": "shot", "scene": "..", "value": "wide"}),
        (404, {"op": "duplicate", "scene": "nowhere"}),
        (404, {"op": "remove", "scene": "nowhere"}),
        (404, {"op": "merge", "scene": "nowhere"}),
        (404, {"op": "split", "scene": "nowhere"}),
        (404, {"op": "add", "after": "nowhere"}),
        (404, {"op": "patch", "scene": "nowhere", "patch": {"fields": {"title": "x"}}}),
        (404, {"op": "picture", "scene": "nowhere", "value": None}),
        (404, {"op": "enter", "scene": "nowhere", "character": "mia"}),
        (404, {"op": "character", "id": "nobody", "name": "x"}),
        (404, {"op": "recast", "character": "nobody", "kind": "fox", "colour": "blue"}),
        (404, {"op": "enter", "scene": "dawn", "character": "nobody"}),
        (404, {"op": "recover", "scene": "nowhere"}),
        (404, {"op": "fix", "finding": "0" * 16}),
        (400, {"op": "reorder", "order": ["dawn"]}),
        (400, {"op": "reorder", "order": ["dawn", "dawn"]}),
        (400, {"op": "reorder", "order": ["dawn", "dusk", "nowhere"]}),
        (400, {"op": "overlap", "scene": "dusk", "regions": ["mia"], "value": "x"}),
        (404, {"op": "overlap", "scene": "dusk", "regions": ["mia", "nobody"], "value": "x"}),
        (404, {"op": "patch", "scene": "dawn", "patch": {"regions": {"nobody": None}}}),
        (400, {"op": "patch", "scene": "dawn", "patch": {"regions": {"a b": {}}}}),
        (400, {"op": "patch", "scene": "dawn",
               "patch": {"regions": {"mia": {"character_id": "nobody"}}}}),
        (400, {"op": "patch", "scene": "dawn", "patch": {}}),
        (400, {"op": "merge", "scene": "dusk"}),
    ],
)  # fmt: skip
def test_ids_that_lead_nowhere_change_nothing(
    page: Page, project: Project, status: int, told: dict[str, object]
) -> None:
    page.refused("edit", status, project=NAME, base=0, **told)
    assert project.reload().revision == 0


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("edit", {"op": "burn"}),
        ("edit", {"op": []}),
        ("edit", {}),
        ("edit", {"op": "title"}),
        ("edit", {"op": "title", "value": ["x"]}),
        ("edit", {"op": "title", "value": "  "}),
        ("edit", {"op": "title", "value": "x", "more": 1}),
        ("edit", {"op": "title", "value": "\ud800"}),
        ("edit", {"op": "edit", "scene": "dawn", "field": "id", "value": "x"}),
        ("edit", {"op": "shot", "scene": "dawn", "value": "near"}),
        ("edit", {"op": "restore", "revision": "0"}),
        ("edit", {"op": "restore", "revision": 0.0}),
        ("edit", {"op": "patch", "scene": "dawn", "patch": {"fields": {"id": "x"}}}),
        ("edit", {"op": "picture", "scene": "dawn", "value": "x"}),
        ("watch", {"known": "x"}),
        ("watch", {"known": [2**70]}),
        ("watch", {"known": [1.5, None]}),
        ("watch", {"known": list(range(1, 5000))}),
        ("cancel", {}),
        ("cancel", {"ids": ["1"]}),
        ("render", {"scenes": "dawn"}),
        ("render", {"scenes": ["dawn"] * 50}),
        ("render", {"scenes": [], "quality": "best"}),
        ("render", {"scenes": [], "seed": -1}),
        ("render", {"scenes": [], "seed": 1.5}),
        ("render", {"scenes": [], "seed": "7"}),
        ("open", {"project": 7}),
        ("open", {"project": None}),
        ("open", {"more": 1}),
        ("words", {"scene": "dawn", "region": "mia", "text": "x" * 4001}),
        ("remember", {"copy": {"story": {}}}),
        ("remember", {"copy": {"story": {"schema_version": 99}}}),
        ("remember", {"copy": {"story": []}}),
        ("remember", {"copy": None}),
    ],
)
def test_wrong_shapes_are_refused(
    page: Page, project: Project, route: str, told: dict[str, object]
) -> None:
    about = {"project": NAME, "base": 0} if route == "edit" else {"project": NAME}
    body = told if route == "remember" else {**about, **told}
    status, answer = page.send(route, json.dumps(body).encode())
    assert status == 400
    assert answer["error"]["message"]
    assert len(str(answer)) < 1000
    assert project.reload().revision == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"project": 1,}']
)
def test_what_is_no_body_is_refused(page: Page, project: Project, body: bytes) -> None:
    status, answer = page.send("edit", body)
    assert (status, list(answer)) == (400, ["error"])


@pytest.mark.parametrize("token", ["", "short", "x" * 44, "x" * 42 + "!", "../" * 14 + "a"])
def test_without_a_token_nothing_is_told(page: Page, project: Project, token: str) -> None:
    stranger = Page(page.client, token)
    for route in ("shelf", "open", "edit", "picture", "import"):
        stranger.refused(route, 401, project=NAME)


def test_routes_only_answer_what_is_posted(page: Page) -> None:
    assert page.client.get(f"{API_PREFIX}/shelf").status_code == 405
    assert page.client.post(f"{API_PREFIX}/nothing").status_code == 404


def test_an_edit_that_a_story_cannot_hold_leaves_it_readable(
    page: Page, settings: Settings
) -> None:
    looks = "\N{FOX FACE}" * 4000
    cast = [{"id": f"c{n}", "name": "x", "look": looks} for n in range(200)]
    scenes = [
        {"id": f"s{n}", "narration": looks, "background": looks, "regions": []} for n in range(39)
    ]
    scenes += [{"id": "full", "regions": [region_of(n, looks) for n in range(18)]}]
    story = Story.model_validate({"id": "full", "title": "x", "characters": cast, "scenes": scenes})
    create_project(story, make_casting(), settings=settings)
    regions = {f"n{n}": {"keys": key(BOX), "description": looks} for n in range(18)}
    told = {"op": "patch", "scene": "s0", "patch": {"regions": regions}}
    answer = page.refused("edit", 400, project="full", base=0, **told)
    assert "more than a story can hold" in answer["error"]["message"]
    assert page.ask("open", project="full")["revision"] == 0


def test_copies_that_are_no_story_make_nothing(page: Page, settings: Settings) -> None:
    story = make_story().model_dump(mode="json")
    for bad in ({**story, "id": "../x"}, {**story, "scenes": []}, {**story, "more": 1}):
        page.refused("remember", 400, copy={"story": bad, "casting": None})
    words = {"narration": "ß" * 4000, "background": "ß" * 4000}
    scenes = [{**words, "id": f"s{n}", "overlaps": []} for n in range(40)]
    crowd = [{"id": f"c{n}", "name": "x", "look": "ß" * 4000} for n in range(200)]
    moves = [{"id": f"m{n}", "words": "ß" * 200} for n in range(400)]
    regions = [region_of(n, "ß" * 4000) for n in range(18)]
    scenes = [{**one, "regions": regions if n < 20 else []} for n, one in enumerate(scenes)]
    large = {**story, "characters": crowd, "motions": moves, "scenes": scenes}
    answer = page.refused("remember", 400, copy={"story": large, "casting": None})
    assert "more than a story can hold" in answer["error"]["message"]
    assert page.ask("shelf")["stories"] == []
