"""Loading what looks at clips for a pack: files of its own, or what the owner names or fetches."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pipeline.errors import ModelUnavailableError
from pipeline.files import partial_path, replace_file, short, workspace_errors
from pipeline.packs.record import SightRecord, find_pack, load_record
from pipeline.vision.sight import Sight

if TYPE_CHECKING:
    from pipeline.vision.encoders import VideoEncoder
    from pipeline.vision.tracking import Tracker

Part = Literal["detector", "clip", "video_text"]

REAL_WORLD = SightRecord(
    detector="yolov5nu.pt",
    clip="ViT-B-32/laion2b_s34b_b79k",
    video_text="microsoft/xclip-base-patch32",
)
"""For packs that name none: they play anyone, and so their clips are of the real world."""
DETECTORS_URL = "https://github.com/ultralytics/assets/releases/download/v8.3.0"
_DETECTORS = ("yolov5nu.pt", "yolov5su.pt")
_MOST_BYTES = 100_000_000
_SECONDS = 60.0
_VARIABLES: dict[Part, str] = {
    "detector": "DREAMRUNNER_DETECTOR",
    "clip": "DREAMRUNNER_CLIP",
    "video_text": "DREAMRUNNER_VIDEO_TEXT",
}
_FETCH = "Fetch what is missing: python -m pipeline library models --fetch"
_VICLIP_MARK = "viclip"


@dataclass(frozen=True)
class Named:
    """Where a model is looked for: a file or folder of this machine, or a name of a hub's."""

    part: Part
    place: Path | str

    def __str__(self) -> str:
        return short(self.place) if isinstance(self.place, Path) else self.place


def load_sight(
    pack: str | Path,
    *,
    home: Path | None = None,
    may_download: bool = False,
    device: str = "cpu",
) -> Sight:
    """Load the three models that look at clips for a pack.

    Args:
        pack: Its built-in name or folder; `named_models` says what belongs to it.
        home: Where fetched detectors lie.
        may_download: Whether a model of a hub may be fetched; else it has to be there.
        device: `cpu` or `cuda:<n>`.

    Raises:
        ModelUnavailableError: there is no such pack, or a part is missing or broken.
    """
    from pipeline.vision.clip import FrameClip

    record = load_record(pack).sight or REAL_WORLD
    detector, clip, video_text = (one.place for one in named_models(pack, home=home))
    return Sight(
        tracker=_load_detector(detector, record.detector_px, device),
        clip=FrameClip(clip, may_download=may_download, device=device),
        video_text=_load_video_text(video_text, may_download, device),
    )


def _load_detector(place: Path | str, image_px: int, device: str) -> Tracker:
    from pipeline.vision.tracking import YoloTracker

    if not (isinstance(place, Path) and place.is_file()):
        raise ModelUnavailableError(
            f"the detector {place} is not there",
            hint=f"{_FETCH}, or name its file in {_VARIABLES['detector']}.",
        )
    return YoloTracker(place, image_px=image_px, device=device)


def _load_video_text(place: Path | str, may_download: bool, device: str) -> VideoEncoder:
    from pipeline.vision.viclip import ViClip
    from pipeline.vision.video_text import XClip

    if isinstance(place, Path) and _VICLIP_MARK in place.name.lower():
        return ViClip(place, device=device)
    return XClip(place, may_download=may_download, device=device)


def why_missing(one: Named) -> str:
    """Say why a model cannot be loaded from this machine, nothing fetched; empty = it can be."""
    from pipeline.vision.clip import FrameClip

    try:
        if one.part == "detector":
            _load_detector(one.place, REAL_WORLD.detector_px, "cpu")
        elif one.part == "clip":
            FrameClip(one.place)
        else:
            _load_video_text(one.place, may_download=False, device="cpu")
    except ModelUnavailableError as error:
        return error.message
    return ""


def named_models(pack: str | Path, *, home: Path | None = None) -> list[Named]:
    """Give where the detector, the CLIP model and the video-text model of a pack are looked for.

    Each at the path or name that its environment variable holds (`DREAMRUNNER_DETECTOR`,
    `DREAMRUNNER_CLIP`, `DREAMRUNNER_VIDEO_TEXT`), else below the pack's folder, else as a fetched
    file in `models/` of the home, else by its name on a hub.

    Raises:
        ModelUnavailableError: there is no such pack, or its record names a file outside it.
    """
    folder, record = find_pack(pack), load_record(pack).sight or REAL_WORLD
    return [_named(folder, part, getattr(record, part), home) for part in get_args(Part)]


def fetch_models(pack: str | Path, home: Path, *, base_url: str = DETECTORS_URL) -> list[Named]:
    """Fetch what is missing of the three models that look at clips, and give where they are.

    What looks at the takes of a real pack is fetched with them.

    The detector comes from ultralytics' assets into `models/` of the home, the others from the
    Hugging Face hub into its own cache.

    Raises:
        ModelUnavailableError: one cannot be fetched.
        WorkspaceError: the home cannot be written.
    """
    for one in named_models(pack, home=home):
        if one.place in _DETECTORS:
            _fetch_file(f"{base_url}/{one.place}", home / "models" / str(one.place))
    load_sight(pack, home=home, may_download=True)
    if (finder := load_record(pack).detector) is not None:
        from pipeline.vision.open_vocabulary import OwlFinder

        OwlFinder(finder, may_download=True)
    return named_models(pack, home=home)


def _named(folder: Path, part: Part, name: str, home: Path | None) -> Named:
    chosen = os.environ.get(_VARIABLES[part], "").strip()
    if chosen:
        path = Path(chosen).expanduser().absolute()
        return Named(part, path if path.exists() else chosen)
    if (folder / name).exists():
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise ModelUnavailableError(
                f"the record of the pack {folder} names a file outside it: {name[:80]}",
                hint="Fetch the pack again.",
            )
        return Named(part, folder / name)
    if home is not None and name in _DETECTORS and (home / "models" / name).is_file():
        return Named(part, home / "models" / name)
    return Named(part, name)


def _fetch_file(url: str, target: Path) -> None:
    """Fetch a file; it appears only when it is whole."""
    import httpx2

    partial = partial_path(target)
    try:
        with workspace_errors(f"keep {short(target)}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            with (
                httpx2.stream("GET", url, follow_redirects=True, timeout=_SECONDS) as answer,
                partial.open("xb") as file,
            ):
                answer.raise_for_status()
                for chunk in answer.iter_bytes():
                    file.write(chunk)
                    if file.tell() > _MOST_BYTES:
                        raise ModelUnavailableError(f"{url} is larger than a detector can be")
            replace_file(partial, target)
    except httpx2.HTTPError as error:
        raise ModelUnavailableError(
            f"{url} cannot be fetched: {error}",
            hint=f"Fetch it yourself and name the file in {_VARIABLES['detector']}.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
