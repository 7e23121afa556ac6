"""Fetching a pack from a hub of this machine: whole, cut, stopped, refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch

from pipeline.devices import DeviceChoice
from pipeline.errors import InputError, ModelUnavailableError
from pipeline.files import write_record
from pipeline.packs.downloading import is_wanted
from pipeline.packs.fetching import fetch_pack, remove_pack
from pipeline.packs.load import load_pack
from pipeline.packs.record import PACK_FILE
from pipeline.packs.weights import Fetched, look_at, read_fetched
from pipeline.progress import finish
from pipeline.settings import Settings
from tests.pipeline.packs.fixtures import build_tiny_pack, tiny_record
from tests.pipeline.packs.hub import COMMIT, Hub, HubServer

CPU = DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1)
LARGE = "transformer/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = build_tiny_pack(tmp_path_factory.mktemp("hub") / "tiny")
    (folder / PACK_FILE).unlink()
    return folder


@pytest.fixture
def hub(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = HubServer(Hub(weights))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server.hub
    server.close()


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "record")


def write_pack(folder: Path, revision: str | None = None) -> Path:
    record = tiny_record().model_copy(
        update={"revision": "", "hub_id": "someone/tiny", "hub_revision": revision}
    )
    write_record(folder / PACK_FILE, record)
    return folder


def downloads() -> list[psutil.Process]:
    """The processes that download for this one."""
    children = psutil.Process().children()
    return [one for one in children if "pipeline.packs.downloading" in one.cmdline()]


def test_a_pack_is_fetched_whole_and_loads(hub: Hub, pack: Path, settings: Settings) -> None:
    with pytest.raises(ModelUnavailableError, match="are not there yet") as missing:
        load_pack(pack, CPU, home=settings.home)
    assert "packs fetch tiny" in missing.value.hint
    folder = finish(fetch_pack(pack, settings))
    assert folder == settings.home / "models" / "tiny"
    assert look_at(folder).problems == ()
    for path in hub.files():
        assert (folder / path.relative_to(hub.folder)).read_bytes() == path.read_bytes()
    names = {path.name for path in settings.home.rglob("*")}
    assert names.isdisjoint({"escape.json", "pytorch_model.bin"})
    assert load_pack(pack, CPU, home=settings.home).record.revision == COMMIT
    asked = len(hub.asked)
    assert finish(fetch_pack(pack, settings)) == folder
    assert len(hub.asked) == asked


def test_cut_connections_are_taken_up_where_they_broke(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    hub.cut_after = 3_000
    folder = finish(fetch_pack(pack, settings))
    assert look_at(folder).state == "ready"
    assert (LARGE, "bytes=3000-") in hub.asked


def test_a_stopped_fetch_keeps_what_arrived_and_goes_on(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    hub.slow_after = 5_000
    work = fetch_pack(pack, settings)
    folder = settings.home / "models" / "tiny"
    for record in work:
        assert record.stage == "fetch"
        if any(path.stat().st_size == 5_000 for path in folder.rglob(".*.part")):
            break
    work.close()
    assert downloads() == []
    assert look_at(folder).state == "partly"
    kept = read_fetched(folder)
    assert kept is not None
    assert (kept.commit, kept.whole) == (COMMIT, False)
    with pytest.raises(ModelUnavailableError, match="not whole") as error:
        load_pack(pack, CPU, home=settings.home)
    assert "Go on fetching" in error.value.hint
    hub.slow_after, hub.asked[:] = None, []
    finish(fetch_pack(pack, settings))
    assert "bytes=5000-" in [asked for _, asked in hub.asked]
    assert look_at(folder).state == "ready"


def test_a_moved_repository_is_followed(hub: Hub, pack: Path, settings: Settings) -> None:
    hub.moved_to = "elsewhere/small"
    assert look_at(finish(fetch_pack(pack, settings))).state == "ready"


def test_the_commit_of_the_first_fetch_stays(hub: Hub, pack: Path, settings: Settings) -> None:
    folder = settings.home / "models" / "tiny"
    write_record(folder / "fetched.json", Fetched(hub_id="x", commit="9" * 40, size_bytes=1))
    with pytest.raises(ModelUnavailableError, match="no longer has the commit 999999999999"):
        finish(fetch_pack(pack, settings))


@pytest.mark.parametrize(
    ("refusal", "said", "hint"),
    [
        ((401, "GatedRepo"), "ask for your agreement", "Accept the terms"),
        ((403, "GatedRepo"), "ask for your agreement", "Accept the terms"),
        ((401, ""), "refuses access", "hf auth login"),
        ((403, ""), "refuses access", "hf auth login"),
        ((404, "RepoNotFound"), "no such repository", "name their folder"),
        ((404, "RevisionNotFound"), "no longer has the commit", "Update the studio"),
        ((503, ""), "cannot answer now", "later"),
    ],
)
def test_refusals_say_what_to_do(
    hub: Hub,
    pack: Path,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    refusal: tuple[int, str],
    said: str,
    hint: str,
) -> None:
    hub.refusal = refusal
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelUnavailableError, match=said) as error:
        finish(fetch_pack(pack, settings))
    assert hint in error.value.hint
    assert hub.tokens == {"Bearer hf_secret"}
    assert "hf_secret" not in f"{error.value}{caplog.text}"


def test_a_pinned_commit_is_asked_for(hub: Hub, tmp_path: Path, settings: Settings) -> None:
    pack = write_pack(tmp_path / "pinned", "5" * 40)
    with pytest.raises(ModelUnavailableError, match="no longer has the commit 555555555555"):
        finish(fetch_pack(pack, settings))


def test_a_disk_too_small_is_said_before_anything_is_fetched(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    hub.claimed_bytes = 10**17
    with pytest.raises(ModelUnavailableError, match="the disk cannot take them") as error:
        finish(fetch_pack(pack, settings))
    assert "GB are free" in error.value.message
    assert hub.asked == []


def test_a_file_that_arrives_damaged_is_not_kept(hub: Hub, pack: Path, settings: Settings) -> None:
    hub.corrupt = True
    with pytest.raises(ModelUnavailableError, match="did not arrive whole"):
        finish(fetch_pack(pack, settings))
    hub.corrupt = False
    assert look_at(finish(fetch_pack(pack, settings))).state == "ready"


def test_a_file_without_an_end_does_not_fill_the_disk(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    hub.trailing_bytes = 1
    with pytest.raises(ModelUnavailableError, match="longer than the hub says"):
        finish(fetch_pack(pack, settings))


def test_a_fetch_that_dies_is_told_from_a_hub_that_is_away(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    hub.slow_after = 5_000
    work = fetch_pack(pack, settings)
    next(work)
    (child,) = downloads()
    child.kill()
    with pytest.raises(ModelUnavailableError, match=r"ended without a word .*exit code -9"):
        finish(work)


def test_two_fetches_of_a_pack_do_not_mix(hub: Hub, pack: Path, settings: Settings) -> None:
    hub.slow_after = 5_000
    first = fetch_pack(pack, settings)
    folder = settings.home / "models" / "tiny"
    while not list(folder.rglob(".*.part")):
        next(first)
    with pytest.raises(ModelUnavailableError, match="by another process already"):
        finish(fetch_pack(pack, settings))
    first.close()
    hub.slow_after = None
    assert look_at(finish(fetch_pack(pack, settings))).state == "ready"


def test_a_pack_that_is_pinned_anew_is_fetched_again(
    hub: Hub, tmp_path: Path, settings: Settings
) -> None:
    finish(fetch_pack(write_pack(tmp_path / "before", COMMIT), settings))
    pack, hub.commit = write_pack(tmp_path / "after", "5" * 40), "5" * 40
    with pytest.raises(ModelUnavailableError, match="of the commit 0123456789ab") as error:
        load_pack(pack, CPU, home=settings.home)
    assert "packs fetch" in error.value.hint
    hub.asked.clear()
    finish(fetch_pack(pack, settings))
    assert hub.asked == []  # the files are the same
    assert load_pack(pack, CPU, home=settings.home).record.revision == "5" * 40


def test_no_network_is_said(
    pack: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be reached") as offline:
        finish(fetch_pack(pack, settings))
    assert "HF_HUB_OFFLINE" in offline.value.hint
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        finish(fetch_pack(pack, settings))


def test_fetched_weights_can_be_removed_and_no_others(
    hub: Hub, pack: Path, settings: Settings
) -> None:
    folder = finish(fetch_pack(pack, settings))
    assert remove_pack(pack, settings) > sum(path.stat().st_size for path in hub.files())
    assert not folder.exists()
    for name in (pack, "theatre"):
        with pytest.raises(InputError, match="were fetched"):
            remove_pack(name, settings)
    with pytest.raises(InputError, match="here already"):
        finish(fetch_pack("theatre", settings))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("vae/config.json", True),
        ("LICENSE", True),
        ("transformer/a.safetensors", True),
        ("model.bin", False),
        ("../up.json", False),
        ("/etc/x.json", False),
        ("a\\..\\b.json", False),
    ],
)
def test_only_what_belongs_to_a_pack_is_fetched(name: str, wanted: bool) -> None:
    assert is_wanted(name) == wanted
