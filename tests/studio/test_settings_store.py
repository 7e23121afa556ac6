"""Keeping what is chosen: nothing is written over unread, and no key meets another's address."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.plan.llm import language_model
from pipeline.preferences import (
    KEY_FILE,
    PREFERENCES_FILE,
    Preferences,
    read_key,
    read_preferences,
    write_key,
    write_preferences,
)
from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import settings_store
from studio.desk_bodies import Choices
from studio.settings_store import keep_choices

HOME, AWAY = "http://localhost:11434/v1", "http://elsewhere.example/v1"
KEY, OTHER = "sk-mine-0123456789ab7f", "sk-other-0123456789ab7e"
KEPT = Preferences(endpoint=HOME, model="tiny", final_steps=30)
Write = Callable[[Path, Preferences], None]


@pytest.fixture
def chosen(settings: Settings) -> Settings:
    """A studio where a language model, its key and steps are chosen."""
    write_preferences(settings.home, KEPT)
    write_key(settings.home, KEY)
    return settings


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_a_passing_trouble_loses_nothing_that_was_chosen(
    chosen: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = KEPT.model_copy(update={"film_rate": "takes"})
    write_preferences(chosen.home, later)  # not read before
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(WorkspaceError, match="too many open files"):
            keep_choices(chosen, queue, Choices(draft_steps=5))
    assert (read_preferences(chosen.home), read_key(chosen.home)) == (later, KEY)


def test_a_key_that_cannot_be_read_is_not_forgotten(
    chosen: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Path.read_text

    def read_text(file: Path, encoding: str | None = None) -> str:
        if file.name == KEY_FILE:
            refuse()
        return reads(file, encoding)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", read_text)
        with pytest.raises(WorkspaceError, match=KEY_FILE):
            keep_choices(chosen, queue, Choices(model="other"))
        keep_choices(chosen, queue, Choices(film_rate="takes", key=OTHER))
    assert read_key(chosen.home) == OTHER


def test_what_cannot_be_made_out_is_not_written_over(chosen: Settings, queue: Queue) -> None:
    later = '{"schema_version": 1, "voice": "deep"}'
    (chosen.home / PREFERENCES_FILE).write_text(later, encoding="utf-8")
    with pytest.raises(InputError, match=f"Mend {PREFERENCES_FILE}"):
        keep_choices(chosen, queue, Choices(model="other"))
    assert (chosen.home / PREFERENCES_FILE).read_text(encoding="utf-8") == later
    assert read_key(chosen.home) == KEY


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ({"final_steps": 4, "draft_steps": 30}, ("4 steps", "a draft 30")),
        ({"final_steps": 8}, ("8 steps", "a draft 8")),
        ({"draft_steps": 30}, ("30 steps", "a draft 30")),
        ({"draft_steps": 20, "final_steps": None}, ("20 steps", "a draft 20")),
    ],
)
def test_a_final_take_has_more_steps_than_a_draft(
    chosen: Settings, queue: Queue, told: dict[str, int], numbers: tuple[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        keep_choices(chosen, queue, Choices.model_validate(told))
    assert all(number in caught.value.message for number in numbers)
    assert "left empty, they have 20 and 8" in caught.value.hint
    assert read_preferences(chosen.home) == KEPT


def test_where_the_address_cannot_be_written_its_key_is_not_either(
    chosen: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise WorkspaceError("cannot write: no space left on device")

    monkeypatch.setattr(settings_store, "write_preferences", fail)
    with pytest.raises(WorkspaceError):
        keep_choices(chosen, queue, Choices(film_rate="takes"))
    assert read_key(chosen.home) == KEY, "the address stays, and so does its key"
    with pytest.raises(WorkspaceError):
        keep_choices(chosen, queue, Choices(endpoint=AWAY, key=OTHER))
    assert read_preferences(chosen.home).endpoint == HOME
    assert read_key(chosen.home) == ""


def test_no_planner_sees_a_key_beside_another_address(
    chosen: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def write(home: Path, wanted: Preferences, real: Write = write_preferences) -> None:
        seen.append(_asked(chosen))
        real(home, wanted)
        seen.append(_asked(chosen))

    monkeypatch.setattr(settings_store, "write_preferences", write)
    keep_choices(chosen, queue, Choices(endpoint=AWAY, key=OTHER))
    assert [*seen, _asked(chosen)] == [(HOME, "none"), (AWAY, "none"), (AWAY, OTHER)]


def _asked(settings: Settings) -> tuple[str, str]:
    options = language_model(settings)
    return options.base_url, options.api_key


def test_of_two_windows_neither_undoes_what_the_other_keeps(
    chosen: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = threading.Event()

    def write(home: Path, wanted: Preferences, real: Write = write_preferences) -> None:
        if not writing.is_set():
            writing.set()
            time.sleep(0.3)  # the other one reads meanwhile, if it may
        real(home, wanted)

    monkeypatch.setattr(settings_store, "write_preferences", write)
    first = threading.Thread(target=keep_choices, args=(chosen, queue, Choices(model="other")))
    first.start()
    assert writing.wait(5)
    keep_choices(chosen, queue, Choices(film_rate="takes"))
    first.join()
    kept = read_preferences(chosen.home)
    assert (kept.model, kept.film_rate) == ("other", "takes")
