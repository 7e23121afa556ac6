"""Signed addresses: for one path of one user of one studio."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import WorkspaceError
from pipeline.settings import Settings
from studio.signing import KEY_FILE, Links

PATH = "the-shy-fox/takes/dawn/take-01.mp4"


def signature_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["s"][0]


def test_an_address_is_relative_and_names_its_user(settings: Settings) -> None:
    address = Links(settings).link(replace(settings, user="v-0123"), PATH)
    parts = urlsplit(address)
    assert parts.path == f"gradio_api/studio/media/{PATH}"
    assert parse_qs(parts.query)["u"] == ["v-0123"]


def test_a_signature_holds_for_its_path_and_user_alone(settings: Settings) -> None:
    links = Links(settings)
    signature = signature_of(links.link(settings, PATH))
    assert links.check(PATH, "local", signature)
    assert not links.check(PATH.replace("01", "02"), "local", signature)
    assert not links.check(PATH, "locale", signature)
    assert not links.check(PATH[1:], f"local{PATH[0]}", signature)
    for wrong in ("", signature[:-1], signature.upper(), "ä", signature[::-1]):
        assert not links.check(PATH, "local", wrong)


def test_a_studio_that_starts_again_knows_its_addresses(settings: Settings, tmp_path: Path) -> None:
    signature = signature_of(Links(settings).link(settings, PATH))
    assert Links(settings).check(PATH, "local", signature)
    assert not Links(Settings(home=tmp_path / "other")).check(PATH, "local", signature)


def test_the_secret_is_for_its_owner_alone(settings: Settings) -> None:
    Links(settings).link(settings, PATH)
    key = settings.home / KEY_FILE
    assert len(key.read_bytes()) == 32
    assert os.name == "nt" or key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.home.iterdir()] == [KEY_FILE]


def test_all_who_start_at_once_share_one_secret(settings: Settings) -> None:
    start, made = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        made.append(Links(settings).link(settings, PATH))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({*made}) == 1


def test_a_broken_secret_is_told(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    (settings.home / KEY_FILE).write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="Delete the file"):
        Links(settings).link(settings, PATH)
