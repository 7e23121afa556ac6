"""How routes read and answer: no more than is needed, and nothing that stays inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI
from pydantic import BeforeValidator, TypeAdapter
from starlette.testclient import TestClient

from pipeline.errors import (
    InputError,
    PipelineError,
    StageError,
    StaleStoryError,
    WorkspaceError,
)
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.answers import (
    API_PREFIX,
    MAX_VALUES,
    Asked,
    View,
    answering,
    parsed,
)
from studio.refusals import NEUTRAL, TooLargeError
from studio.visitors import Visitors
from tests.studio.talking import Page, Sending


@pytest.mark.parametrize(
    ("at_most", "declares", "status", "asked"),
    [(100, True, 200, 10), (100, False, 200, 10), (99, True, 413, 0), (35, False, 413, 4)],
)
def test_no_more_is_read_than_may_come(
    settings: Settings, at_most: int, declares: bool, status: int, asked: int
) -> None:
    sending = Sending(declares=declares)
    endpoint = answering(lambda _: {}, Visitors(settings), at_most=at_most)
    assert (sending.status_of(endpoint), sending.asked) == (status, asked)


@pytest.mark.parametrize(
    "told",
    [
        [0] * (MAX_VALUES + 1),
        {str(n): None for n in range(MAX_VALUES + 1)},
        [[[0] * 40] * 50] * 60,
        {"a": [{"b": [{}] * 400}] * 300},
    ],
    ids=["list", "object", "lists", "objects"],
)
def test_so_many_values_are_not_even_checked(told: object) -> None:
    checked: list[object] = []
    kind: TypeAdapter[object] = TypeAdapter(Annotated[object, BeforeValidator(checked.append)])
    with pytest.raises(TooLargeError):
        parsed(json.dumps(told).encode(), kind)
    assert checked == []


def test_as_many_values_as_stories_have_are_taken() -> None:
    assert parsed(json.dumps([0] * MAX_VALUES).encode(), TypeAdapter(list[int])) == [0] * MAX_VALUES


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyError("/home/secret"), 500),
        (WorkspaceError("cannot write /home/secret: no space left", hint="See /home/secret."), 500),
        (StageError("the pack /home/secret is broken"), 500),
    ],
)
def test_troubles_of_the_machine_stay_inside(
    settings: Settings, error: Exception, status: int
) -> None:
    told = _refused(settings, error, status)
    assert told == {"message": NEUTRAL, "hint": ""}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("there is no room", hint="Remove one."), 400),
        (StaleStoryError("there is no room", hint="Remove one."), 500),
    ],
)
def test_what_a_person_can_mend_is_told(
    settings: Settings, error: PipelineError, status: int
) -> None:
    told = _refused(settings, error, status)
    assert told == {"message": "There is no room", "hint": "Remove one."}


def _refused(settings: Settings, error: Exception, status: int) -> View:
    def fail(_: Asked) -> View:
        raise error

    app = FastAPI()
    app.add_route(f"{API_PREFIX}/fail", answering(fail, Visitors(settings)), methods=["POST"])
    return Page(TestClient(app)).refused("fail", status)["error"]


@pytest.mark.parametrize("content", [b"{", b'{"id": 7}', bytes(range(256))])
def test_a_story_that_cannot_be_read_tells_no_folder(
    page: Page, project: Project, tmp_path: Path, content: bytes
) -> None:
    (project.path / "story.json").write_bytes(content)
    answer = page.refused("open", 400, project=project.id)
    assert answer["error"]["message"] == "This story cannot be read"
    assert str(tmp_path) not in str(answer)
