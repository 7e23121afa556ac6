"""Where what looks at clips is found, and how it is fetched."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import find_pack
from pipeline.packs.sight import fetch_models, load_sight, named_models

WEIGHTS = find_pack("theatre") / "sight" / "detector" / "yolov5n.pt"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve detectors from this machine."""
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copyfile(WEIGHTS, folder / "yolov5nu.pt")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def make_pack(folder: Path, **changes: object) -> Path:
    """A pack like the theatre's, with another record and without models of its own."""
    folder.mkdir()
    record = json.loads((find_pack("theatre") / "pack.json").read_text("utf-8"))
    (folder / "pack.json").write_text(json.dumps({**record, **changes}), "utf-8")
    return folder


def test_the_theatre_brings_its_own() -> None:
    places = [one.place for one in named_models("theatre")]
    assert all(isinstance(one, Path) and one.exists() for one in places)


def test_a_pack_that_names_none_looks_at_the_real_world(tmp_path: Path) -> None:
    pack = make_pack(tmp_path / "real", sight=None)
    assert [str(one) for one in named_models(pack)] == [
        "yolov5nu.pt",
        "ViT-B-32/laion2b_s34b_b79k",
        "microsoft/xclip-base-patch32",
    ]
    with pytest.raises(ModelUnavailableError, match=r"yolov5nu\.pt is not there") as caught:
        load_sight(pack, home=tmp_path)
    assert "library models --fetch" in caught.value.hint


def test_the_owner_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DREAMRUNNER_DETECTOR", str(WEIGHTS))
    monkeypatch.setenv("DREAMRUNNER_CLIP", "ViT-L-14/openai")
    detector, clip, _ = named_models(make_pack(tmp_path / "real", sight=None))
    assert (detector.place, clip.place) == (WEIGHTS, "ViT-L-14/openai")


def test_a_record_that_leads_out_of_its_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.pt").write_bytes(b"x")
    sight = {"detector": "../outside.pt", "clip": "a", "video_text": "b"}
    with pytest.raises(ModelUnavailableError, match="outside it"):
        named_models(make_pack(tmp_path / "pack", sight=sight))


def test_a_detector_is_fetched_whole(tmp_path: Path, site: str) -> None:
    own = find_pack("theatre") / "sight"
    sight = {
        "detector": "yolov5nu.pt",
        "detector_px": 192,
        "clip": "sight/clip",
        "video_text": "sight/video_text",
    }
    pack = make_pack(tmp_path / "pack", sight=sight)
    for part in ("clip", "video_text"):
        shutil.copytree(own / part, pack / "sight" / part)
    detector, *_ = fetch_models(pack, tmp_path / "home", base_url=site)
    assert detector.place == tmp_path / "home" / "models" / "yolov5nu.pt"
    assert Path(detector.place).read_bytes() == WEIGHTS.read_bytes()
    assert load_sight(pack, home=tmp_path / "home").tracker.labels


def test_what_cannot_be_fetched_leaves_nothing(tmp_path: Path, site: str) -> None:
    pack = make_pack(tmp_path / "pack", sight=None)
    with pytest.raises(ModelUnavailableError, match="404"):
        fetch_models(pack, tmp_path / "home", base_url=f"{site}/nowhere")
    assert list((tmp_path / "home" / "models").iterdir()) == []
