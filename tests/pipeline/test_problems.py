"""A report of a problem holds no keys, and no words unless they are asked for."""

from __future__ import annotations

import io
import logging
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.logs import log_to_file
from pipeline.preferences import Preferences, write_key, write_preferences
from pipeline.problems import problem_report, scrubber
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from tests.studio.fixtures import make_casting, make_story

KEY = "abcdef0123456789kept"
NAMED = "qwertz-environment-0042"
VISITOR = "v-0123456789abcdef01234567"
NAMING = (
    "there is no picture of Luna yet",
    "there are: dance slowly, hug the moon",
    "scene 'the-dragon-wakes' needs\nLuna, and \"the wolf's den\"",
)
"""What errors say: some names stand between no quotes at all."""
ASKED = "the page asked for something and it failed"
NAMES = ("Luna", "dance", "moon", "dragon", "wolf", "den")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", NAMED)
    settings = Settings(home=tmp_path / "home")
    write_preferences(settings.home, Preferences(endpoint="http://inside.example:8080/v1"))
    write_key(settings.home, KEY)
    return settings


@pytest.fixture
def project(settings: Settings) -> Project:
    made = create_project(make_story(), make_casting(), settings=settings)
    queue = open_queue(settings)
    job = queue.submit("render", made.path, {"scene_id": "dawn", "idea": "a wolf in the snow"})
    queue.claim("worker")
    queue.fail(
        job, "scene “The wolf comes” of 'the-shy-fox' cannot be read", f"Look at {made.path}"
    )
    log = settings.home / "log" / "studio.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"WARNING asked with {KEY} and {NAMED} and sk-abc-0123456789",
        f"INFO users/{VISITOR}/projects/the-shy-fox/story.json",
        f"INFO {made.path}/story.json: no scene 'The wolf comes'",
    ]
    log.write_text("\n".join(lines))
    return made


def unpacked(report: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(report)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_report_without_words_has_neither_keys_nor_words(
    settings: Settings, project: Project
) -> None:
    files = unpacked(problem_report(settings, project=project))
    assert sorted(files) == [
        *("disk.txt", "log/studio.log", "read-me.txt", "settings.txt", "versions.txt", "work.txt"),
    ]
    told = "\n".join(files.values())
    hidden = (KEY, NAMED, "0123456789", "shy", "wolf", "inside.example", str(settings.home))
    assert [word for word in hidden if word in told] == []
    assert "render failed" in files["work.txt"]
    assert "HOME/users/local/projects/…" in files["log/studio.log"]
    assert "OPENAI_API_KEY" in files["settings.txt"]  # that it is set, not what it is


def test_without_words_nobody_is_named_by_what_went_wrong(
    settings: Settings, project: Project
) -> None:
    queue = open_queue(settings)
    job = queue.submit("train", project.path, {"motion_id": "hops"})
    queue.claim("worker")
    queue.fail(job, NAMING[0], NAMING[1])
    for name, told in logged(settings).items():
        assert [word for word in NAMES if word in told] == [], name
    work = unpacked(problem_report(settings))["work.txt"].splitlines()
    assert work[-1].endswith(f" {job} train failed 0/0, 0 s")
    log = logged(settings)["log/worker.log"]
    for kept in (
        *("WARNING pipeline.worker: job 3 failed: …", "INFO pipeline.worker: job 4 is done"),
        *('test_problems.py", line', "in logged", "KeyError: …", "errors.InputError: …"),
        f"WARNING studio.refusals: {ASKED}: …",
    ):
        assert kept in log, kept
    assert "dance slowly" in logged(settings, words=True)["log/worker.log"]
    assert NAMING[0] in unpacked(problem_report(settings, words=True))["work.txt"]


def logged(settings: Settings, *, words: bool = False) -> dict[str, str]:
    """Give the report after all sorts of errors were logged as the studio logs them."""
    root, before = logging.getLogger(), [*logging.getLogger().handlers]
    log_to_file(settings.home / "log" / "worker.log")
    for told in NAMING:
        logging.getLogger("pipeline.worker").warning("job 3 failed: %s", told)
        logging.getLogger("studio.refusals").warning("%s: %s", ASKED, told)
        try:
            raise InputError(told) from KeyError(told)
        except InputError:
            logging.getLogger("pipeline.worker").exception("job 3 failed")
    logging.getLogger("pipeline.worker").info("job 4 is done")
    for handler in {*root.handlers}.difference(before):
        root.removeHandler(handler)
        handler.close()
    return unpacked(problem_report(settings, words=words))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ('no "dragon\'s den" here', "no '…' here"),
        ("no 'it\\'s \"so\"' here", "no '…' here"),
        ("no “wolf” and no 'fox' here", "no '…' and no '…' here"),
        ('File "/a/b.py", line 3, in f', 'File "/a/b.py", line 3, in f'),
        (f"the dogs' bone {'x' * 500}'s", f"the dogs' bone {'x' * 500}'s"),
        (f"a text: '{'x' * 500}'", "a text: '…'"),
        ("users/me/projects/fox/takes/the-den/take-01.json is", "users/me/projects/… is"),
    ],
)
def test_what_is_quoted_is_struck_out(settings: Settings, told: str, shown: str) -> None:
    assert scrubber(settings, words=False)(told) == shown
    assert scrubber(settings, words=True)(told) == told


def test_with_words_the_story_is_in_it_and_still_no_key(
    settings: Settings, project: Project
) -> None:
    files = unpacked(problem_report(settings, project=project, words=True))
    assert "The shy fox" in files["story/story.json"]
    assert "a wolf in the snow" in files["work.txt"]
    assert not any(KEY in text or NAMED in text for text in files.values())


def test_a_visitor_gets_no_logs_and_no_work_of_others(settings: Settings, project: Project) -> None:
    theirs = replace(settings, user=VISITOR, visitors=True)
    files = unpacked(problem_report(theirs, visitor=True))
    assert sorted(files) == ["read-me.txt", "settings.txt", "versions.txt", "work.txt"]
    assert files["work.txt"].strip() == ""


def test_what_is_short_is_not_taken_for_a_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no")
    assert scrubber(settings, words=False)("there is no job") == "there is no job"
