import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pipeline.clips import Clip, Crop, clip_id
from pipeline.errors import WorkspaceError
from pipeline.retrieve.embeddings import EmbeddingCache, VectorKey, key_of


def _clip(source: str = "a/walk.mp4", **facts: object) -> Clip:
    return Clip.model_validate({
        "id": clip_id(source, 1.0, 3.5), "library": "own", "source": source,
        "start_seconds": 1.0, "end_seconds": 3.5, **facts,
    })  # fmt: skip


def _crop(x: float = 0.25) -> Crop:
    window = (x, 0.125, x + 0.5, 0.625)
    return Crop(start_frame=0, end_frame=2, windows=(window, window), width_px=96, height_px=64)


def test_a_vector_comes_back_in_half_precision(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "deep" / "vectors.sqlite")
    key, vector = key_of(_clip()), np.array([0.6, -0.8, 0.001], np.float32)
    cache.write({key: vector}, "tiny:1")
    found = EmbeddingCache(cache.path).read([key, VectorKey("other", "")], "tiny:1")
    assert list(found) == [key]
    assert found[key].dtype == np.float32
    np.testing.assert_allclose(found[key], vector, atol=5e-4)


def test_models_are_never_mixed(tmp_path: Path) -> None:
    cache, key = EmbeddingCache(tmp_path / "v.sqlite"), key_of(_clip())
    cache.write({key: np.array([1.0, 0.0])}, "tiny:1")
    cache.write({key: np.array([0.0, 1.0, 0.0])}, "large:7")
    assert cache.read([key], "tiny:2") == {}
    assert cache.read([key], "tiny:1")[key].tolist() == [1.0, 0.0]
    assert cache.read([key], "large:7")[key].tolist() == [0.0, 1.0, 0.0]


def test_a_new_vector_takes_the_place_of_the_old(tmp_path: Path) -> None:
    cache, key = EmbeddingCache(tmp_path / "v.sqlite"), key_of(_clip())
    cache.write({key: np.array([1.0, 0.0])}, "m")
    cache.write({key: np.array([0.0, 1.0])}, "m")
    assert cache.read([key], "m")[key].tolist() == [0.0, 1.0]


def test_keys_tell_content_range_and_crop_apart() -> None:
    keys = {
        key_of(_clip()),
        key_of(_clip(source="b/walk.mp4")),
        key_of(_clip(content_hash="ab" * 32)),
        key_of(_clip(start_seconds=1.25)),
        key_of(_clip(end_seconds=None)),
        key_of(_clip(), _crop()),
        key_of(_clip(), _crop(0.26)),
    }
    assert len(keys) == 7


def test_the_same_content_elsewhere_has_the_same_key() -> None:
    one = _clip(source="a/walk.mp4", content_hash="cd" * 32)
    other = _clip(source="copies/walk.mp4", content_hash="cd" * 32, caption="walks")
    assert key_of(one, _crop()) == key_of(other, _crop())


def test_many_keys_are_read_at_once(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "v.sqlite")
    vectors = {VectorKey(f"clip {k}", ""): np.array([float(k)]) for k in range(1300)}
    cache.write(vectors, "m")
    found = cache.read(vectors, "m")
    assert [found[key][0] for key in vectors] == list(range(1300))


@pytest.mark.parametrize("damage", [b"no database at all, and long enough to be one" * 40, b"x"])
def test_a_damaged_file_begins_anew(tmp_path: Path, damage: bytes) -> None:
    cache, key = EmbeddingCache(tmp_path / "v.sqlite"), key_of(_clip())
    cache.write({key: np.array([1.0])}, "m")
    cache.path.write_bytes(damage)
    assert cache.read([key], "m") == {}
    cache.write({key: np.array([1.0])}, "m")
    assert key in cache.read([key], "m")


def test_a_torn_file_begins_anew(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "v.sqlite")
    vectors = {VectorKey(f"clip {k}", ""): np.ones(600) for k in range(200)}
    cache.write(vectors, "m")
    whole = cache.path.read_bytes()
    cache.path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    cache.read(vectors, "m")
    cache.write(vectors, "m")
    assert len(cache.read(vectors, "m")) == 200


def test_a_table_of_another_version_begins_anew(tmp_path: Path) -> None:
    path, key = tmp_path / "v.sqlite", key_of(_clip())
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE vectors (clip TEXT, numbers BLOB)")
    database.close()
    cache = EmbeddingCache(path)
    assert cache.read([key], "m") == {}
    cache.write({key: np.array([1.0])}, "m")
    assert key in cache.read([key], "m")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkspaceError, match="make the folder"):
        EmbeddingCache(tmp_path / "file" / "v.sqlite")
    (tmp_path / "v.sqlite").mkdir()
    with pytest.raises(WorkspaceError, match="cannot be used"):
        EmbeddingCache(tmp_path / "v.sqlite").read([key_of(_clip())], "m")
