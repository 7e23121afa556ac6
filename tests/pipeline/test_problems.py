"""A report of a problem holds no keys, and no words unless they are asked for."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.preferences import Preferences, write_key, write_preferences
from pipeline.problems import problem_report, scrubber
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from tests.studio.fixtures import make_casting, make_story

KEY = "abcdef0123456789kept"
NAMED = "qwertz-environment-0042"
VISITOR = "v-0123456789abcdef01234567"


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
