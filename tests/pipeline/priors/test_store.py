"""Learned motions and looks are kept whole, found again, and only ever by their own user."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.artifacts import Casting, Learned
from pipeline.errors import InputError, WorkspaceError
from pipeline.files import write_record
from pipeline.prior import Prior
from pipeline.priors.store import PriorStore, Stored, Use
from pipeline.settings import Settings
from pipeline.workspace import create_project
from tests.pipeline.priors.kept import WEBP, make_prior, make_settings, write_lora
from tests.pipeline.stories import make_story

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return write_lora(tmp_path / "made.safetensors")


@pytest.fixture
def store(tmp_path: Path) -> PriorStore:
    return own_store(tmp_path)


def own_store(home: Path, user: str = "local", pack: Path | None = None) -> PriorStore:
    settings = make_settings(home, user)
    return PriorStore(settings if pack is None else Settings(home, user, pack=str(pack)))


def own(store: PriorStore) -> list[str]:
    return [one.key for one in store.all() if not one.shipped]


def left(store: PriorStore) -> list[str]:
    return sorted(path.name for path in (store.settings.home / "users").glob("*/priors/.*"))


def test_what_is_saved_is_found_with_its_hash_and_previews(
    store: PriorStore, adapter: Path
) -> None:
    prior = make_prior()
    kept = store.save(prior, adapter, {300: WEBP, 100: WEBP + b"first"})
    sha256 = hashlib.sha256(adapter.read_bytes()).hexdigest()
    assert kept.prior == prior.model_copy(update={"sha256": sha256, "samples": (100, 300)})
    assert store.find(prior.key) == kept
    assert store.file(prior.key).read_bytes() == adapter.read_bytes()
    assert kept.size_bytes == adapter.stat().st_size
    assert (kept.whole, kept.shipped) == (True, False)
    first, newest = kept.sample(100), kept.newest_sample
    assert first is not None
    assert newest is not None
    assert (first.read_bytes(), newest.name) == (WEBP + b"first", "300.webp")
    assert kept.sample(200) is None
    assert own(store) == [prior.key]
    assert left(store) == []


def test_a_later_one_takes_the_place_of_the_earlier(store: PriorStore, adapter: Path) -> None:
    stopped = store.save(make_prior(steps=120), adapter, {100: WEBP})
    assert not stopped.whole
    kept = store.save(make_prior(), adapter, {300: WEBP})
    assert store.all()[0] == kept
    assert (kept.prior.steps, kept.sample(100), kept.whole) == (300, None, True)
    assert left(store) == []


def test_the_newest_comes_first_and_packs_are_told_apart(store: PriorStore, adapter: Path) -> None:
    times = {
        "aa": "2026-03-04T10:00:00+05:00",
        "bb": "2026-03-04T06:00:00+00:00",
        "cc": "2025-12-01T00:00:00+00:00",
    }
    for key, created in times.items():
        store.save(make_prior(key=key, created=created, pack_revision=f"r-{key}"), adapter)
    assert own(store) == ["bb", "aa", "cc"]
    assert [one.key for one in store.of_pack("r-aa")] == ["aa"]


def test_users_do_not_see_each_others(tmp_path: Path, adapter: Path) -> None:
    ann, bob = (own_store(tmp_path, user) for user in ("ann", "bob"))
    key = ann.save(make_prior(), adapter).key
    assert (own(ann), own(bob), bob.find(key)) == ([key], [], None)
    with pytest.raises(InputError, match="is not here"):
        bob.remove(key)
    bob.save(make_prior(words="spins"), adapter)
    bob.remove(key)
    found = ann.find(key)
    assert found is not None
    assert found.prior.words == "dances"


def ship(pack: Path, adapter: Path, **changes: object) -> Prior:
    prior = make_prior(**changes)
    folder = pack / "priors" / prior.key
    folder.mkdir(parents=True)
    shutil.copyfile(adapter, folder / "adapter.safetensors")
    write_record(folder / "prior.json", prior)
    return prior


def test_shipped_ones_come_last_and_stay(tmp_path: Path, adapter: Path) -> None:
    pack = tmp_path / "pack"
    ship(pack, adapter, key="5e", words="spins")
    ship(pack, adapter, key="7f", words="bows")
    store = own_store(tmp_path, pack=pack)
    store.save(make_prior(), adapter)
    keys = [one.key for one in store.all()]
    assert keys[0] == make_prior().key
    assert keys.index("7f") < keys.index("5e")
    assert store.file("5e") == pack / "priors" / "5e" / "adapter.safetensors"
    with pytest.raises(InputError, match="“spins” came with the tiny pack, so it stays"):
        store.remove("5e")
    assert store.file("5e").is_file()


def test_the_users_own_goes_before_a_shipped_one_of_its_key(tmp_path: Path, adapter: Path) -> None:
    pack = tmp_path / "pack"
    ship(pack, adapter, key="5e", words="shipped")
    store = own_store(tmp_path, pack=pack)
    mine = store.save(make_prior(key="5e", words="mine"), adapter)
    assert [one for one in store.all() if one.key == "5e"] == [mine]
    store.remove("5e")
    found = store.find("5e")
    assert found is not None
    assert (found.shipped, found.prior.words) == (True, "shipped")


def damage_record(kept: Stored) -> None:
    (kept.folder / "prior.json").write_text("{")


def cut_short(kept: Stored) -> None:
    kept.file.write_bytes(kept.file.read_bytes()[:-7])


def lose_adapter(kept: Stored) -> None:
    kept.file.unlink()


def rename(kept: Stored) -> None:
    kept.folder.rename(kept.folder.with_name("other"))


@pytest.mark.parametrize("damage", [damage_record, cut_short, lose_adapter, rename])
def test_damaged_ones_are_left_out_and_said(
    store: PriorStore, adapter: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    whole = store.save(make_prior(key="bb"), adapter)
    assert callable(damage)
    damage(store.save(make_prior(key="aa"), adapter))
    with caplog.at_level(logging.WARNING):
        assert own(store) == [whole.key]
    assert "left out" in caplog.text
    assert store.find("aa") is None


def test_what_is_not_there_is_said(store: PriorStore) -> None:
    assert store.find("aa") is None
    assert own(store) == []
    with pytest.raises(InputError, match="the learned look or motion aa is not here"):
        store.file("aa")
    with pytest.raises(InputError, match="no id"):
        store.find("../aa")


def use(settings: Settings, story_id: str, title: str, *learned: Learned) -> None:
    story = make_story(story_id).model_copy(update={"title": title})
    create_project(story, Casting(pack="tiny", learned=learned), settings=settings)


def test_it_is_known_which_stories_use_one(tmp_path: Path, adapter: Path) -> None:
    store = own_store(tmp_path, "ann")
    key = store.save(make_prior(), adapter).key
    look = Learned(character_id="fox", prior=key)
    motion = Learned(motion_id="walks", prior=key, chosen=True)
    use(store.settings, "one", "The storm", look, motion)
    use(store.settings, "two", "A kite", look, Learned(motion_id="walks", prior="other"))
    use(store.settings, "none", "Nothing", Learned(motion_id="walks", prior=None))
    use(make_settings(tmp_path, "bob"), "three", "Elsewhere", look)
    assert store.used_by(key) == [
        Use("A kite", "Fen", "two"),
        Use("The storm", "Fen", "one"),
        Use("The storm", "walks", "one"),
    ]
    broken = tmp_path / "users" / "ann" / "projects" / "two" / "casting.json"
    broken.write_text("{")
    assert {one.title for one in store.used_by(key)} == {"The storm"}


def test_many_may_save_the_same_at_once(tmp_path: Path) -> None:
    files = [write_lora(tmp_path / f"{n}.safetensors") for n in range(4)]
    stores = [own_store(tmp_path) for _ in files]

    def save(number: int) -> None:
        for steps in range(10):
            store = stores[number % 4]
            store.save(make_prior(steps=10 * number + steps), files[number % 4], {7: WEBP})
            assert store.find(make_prior().key) is not None

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    (kept,) = (one for one in stores[0].all() if not one.shipped)
    assert kept.prior.steps % 10 == 9
    assert kept.newest_sample is not None
    assert left(stores[0]) == []


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_killed_save_leaves_the_earlier_one(tmp_path: Path) -> None:
    store, chance = own_store(tmp_path), random.Random(3)
    for turn in range(4):
        command = [sys.executable, "-m", "tests.pipeline.priors.saves_until_killed"]
        with subprocess.Popen(
            [*command, str(tmp_path), str(turn)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(chance.uniform(0.02, 0.2))
            child.kill()
            said = child.stdout.read().split()
        assert child.returncode == -signal.SIGKILL
        (kept,) = (one for one in store.all() if not one.shipped)
        assert kept.prior.steps >= int(said[-1] if said else 1)
        assert hashlib.sha256(kept.file.read_bytes()).hexdigest() == kept.prior.sha256
        assert [name for name in left(store) if name.endswith(".was")] == []


def test_one_put_aside_by_a_killed_save_comes_back(store: PriorStore, adapter: Path) -> None:
    kept = store.save(make_prior(), adapter)
    kept.folder.rename(kept.folder.with_name(f".{kept.key}.0123456789ab.was"))
    assert store.find(kept.key) == kept
    aside = kept.folder.with_name(f".{kept.key}.ba9876543210.was")
    shutil.copytree(kept.folder, aside)
    assert own(store) == [kept.key]
    assert not aside.exists()


def test_what_a_killed_save_left_is_swept_a_day_later(store: PriorStore, adapter: Path) -> None:
    kept = store.save(make_prior(), adapter)
    old, young = (kept.folder.with_name(f".x.{name}.part") for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (1, 1))
    store.all()
    assert (old.exists(), young.exists()) == (False, True)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pipeline.errors import WorkspaceError
from tests.pipeline.priors.kept import make_prior, make_settings
from pipeline.priors.store import PriorStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    PriorStore(make_settings(Path(sys.argv[1]))).save(make_prior(steps=301), Path(sys.argv[2]))
except WorkspaceError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no limit on files on Windows")
def test_a_full_disk_is_said_and_the_earlier_one_stays(store: PriorStore, adapter: Path) -> None:
    kept = store.save(make_prior(), adapter)
    command = [sys.executable, "-c", FULL_DISK, str(store.settings.home), str(adapter)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "cannot keep what was learned" in done.stdout
    assert "file too large" in done.stdout
    assert store.all()[0] == kept
    assert left(store) == []


def test_a_missing_adapter_leaves_nothing(store: PriorStore, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot keep what was learned"):
        store.save(make_prior(), tmp_path / "gone.safetensors")
    assert (own(store), left(store)) == ([], [])


def test_the_store_loads_no_torch() -> None:
    names = ("store", "importing", "publishing", "keys", "header")
    modules = ", ".join(f"pipeline.priors.{name}" for name in names)
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]
