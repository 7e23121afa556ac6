"""What was chosen in the settings window is kept, and the key apart from all else."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.plan.llm import language_model
from pipeline.preferences import (
    KEY_FILE,
    PREFERENCES_FILE,
    Preferences,
    key_end,
    read_key,
    read_preferences,
    write_key,
    write_preferences,
)
from pipeline.settings import Allowance, Settings, current, load_settings, preferences_of

KEY = "sk-mine-0123456789ab7f"
ENDPOINT = "http://localhost:11434/v1"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DREAMRUNNER_DEVICE"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_is_chosen_at_first(tmp_path: Path) -> None:
    assert read_preferences(tmp_path) == Preferences()
    assert read_key(tmp_path) == ""


def test_what_was_chosen_is_read_again(tmp_path: Path) -> None:
    first = Preferences(endpoint=ENDPOINT, model="tiny", draft_steps=3)
    write_preferences(tmp_path, first)
    assert read_preferences(tmp_path) == first
    second = first.model_copy(update={"draft_steps": 5})
    write_preferences(tmp_path, second)
    assert read_preferences(tmp_path) == second


def test_broken_settings_are_none(tmp_path: Path) -> None:
    (tmp_path / PREFERENCES_FILE).write_text('{"device": "moon"}')
    assert read_preferences(tmp_path) == Preferences()


def test_a_passing_trouble_is_told_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    write_preferences(tmp_path, Preferences(endpoint=ENDPOINT))
    write_key(tmp_path, KEY)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(WorkspaceError, match=r"settings\.json: too many open files"):
            read_preferences(tmp_path)
        with pytest.raises(WorkspaceError, match=r"model\.key: too many open files"):
            read_key(tmp_path)
    assert read_preferences(tmp_path).endpoint == ENDPOINT
    assert read_key(tmp_path) == KEY


def test_a_key_is_sent_nowhere_while_its_address_cannot_be_made_out(tmp_path: Path) -> None:
    write_key(tmp_path, KEY)
    (tmp_path / PREFERENCES_FILE).write_text(f'{{"endpoint": "{ENDPOINT}", "voice": "deep"}}')
    with pytest.raises(InputError, match="voice"):
        language_model(Settings(home=tmp_path))


def test_a_key_that_comes_while_it_is_read_goes_to_its_own_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Path.read_text

    def read_text(file: Path, encoding: str | None = None) -> str:
        if file.name == KEY_FILE and not file.exists():
            write_preferences(tmp_path, Preferences(endpoint="http://elsewhere.example/v1"))
            write_key(tmp_path, KEY)
        return reads(file, encoding)

    write_preferences(tmp_path, Preferences(endpoint=ENDPOINT))
    monkeypatch.setattr(Path, "read_text", read_text)
    chosen = language_model(Settings(home=tmp_path))
    assert (chosen.host, chosen.api_key) == ("elsewhere.example", KEY)


def test_the_key_is_its_owners_alone_and_stands_nowhere_else(tmp_path: Path) -> None:
    write_preferences(tmp_path, Preferences(endpoint=ENDPOINT))
    write_key(tmp_path, KEY)
    assert read_key(tmp_path) == KEY
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert KEY not in (tmp_path / PREFERENCES_FILE).read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY_FILE, PREFERENCES_FILE]
    write_key(tmp_path, "")
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("key", ["two words", "sk-ключ", "a\nb", "x" * 501])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError) as caught:
        write_key(tmp_path, key)
    assert key not in str(caught.value)
    assert read_key(tmp_path) == ""


def test_a_key_is_told_by_its_end() -> None:
    assert [key_end(key) for key in (KEY, "short", "")] == ["ends in …7f", "is kept", ""]


def test_the_window_goes_before_the_environment_and_they_never_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    assert language_model(settings).api_key == "sk-environment"
    write_preferences(tmp_path, Preferences(endpoint=ENDPOINT, model="tiny"))
    chosen = language_model(settings)
    assert (chosen.base_url, chosen.model, chosen.api_key) == (ENDPOINT, "tiny", "none")
    write_key(tmp_path, KEY)
    assert language_model(settings).api_key == KEY


def test_visitors_have_the_model_of_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_preferences(tmp_path, Preferences(endpoint=ENDPOINT, pack="cogvideox-2b"))
    write_key(tmp_path, KEY)
    shared = Settings(home=tmp_path, visitors=True)
    assert preferences_of(shared) == Preferences()
    assert current(shared) == shared
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        language_model(shared)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-owner")
    assert language_model(shared).host == "api.openai.com"


def test_pack_and_device_follow_the_window_unless_the_environment_names_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_settings()
    home.mkdir()
    write_preferences(home, Preferences(pack="cogvideox-2b", device="cpu"))
    now = current(before)
    assert (
        (now.pack, now.device)
        == ("cogvideox-2b", "cpu")
        == (
            load_settings().pack,
            load_settings().device,
        )
    )
    write_preferences(home, Preferences(pack="theatre", device="auto"))
    assert current(now) == before
    write_preferences(home, Preferences(pack="cogvideox-2b", device="cpu"))
    monkeypatch.setenv("DREAMRUNNER_PACK", "theatre")
    monkeypatch.setenv("DREAMRUNNER_DEVICE", "cuda:1")
    fixed = load_settings()
    assert (fixed.pack, fixed.device) == ("theatre", "cuda:1")


def test_the_owner_says_what_visitors_may_have(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().allowance == Allowance()
    monkeypatch.setenv("DREAMRUNNER_VISITOR_GIGABYTES", "0.5")
    monkeypatch.setenv("DREAMRUNNER_VISITOR_DAYS", "7")
    assert load_settings().allowance == replace(Allowance(), gigabytes=0.5, days=7)
    monkeypatch.setenv("DREAMRUNNER_VISITOR_TRAINING_MINUTES", "many")
    with pytest.raises(InputError, match="TRAINING_MINUTES is 'many'"):
        load_settings()


def test_accounts_are_visitors(home: Path) -> None:
    settings = load_settings(accounts=True)
    assert settings.visitors
    assert settings.accounts
