"""Train the theatre's detector: `python -m pipeline.theatre.sight.detector --out FILE`.

A YOLOv5n learns the kinds of the theatre from drawn frames. It has to find them at the sizes,
half hidden and half out of the picture, as clips of the library show them.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import PipelineError, TrainingError
from pipeline.files import SCRATCH
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.judging.clips import draw_labelled, sample_any
from pipeline.theatre.judging.damage import degrade
from pipeline.theatre.script import Actor, Mark, Script
from pipeline.theatre.world import load_world
from pipeline.vision.yolo import import_ultralytics, load_yolo

LOG = logging.getLogger(__name__)
_WIDTH_PX, _HEIGHT_PX = 288, 192
_SIDE_PX = 192
"""Side of the square that is cut from each frame: whole batches without empty borders."""
_LEAST_SEEN = 0.25
"""A figure of which less is seen is not asked for."""
_NUM_FRAMES = 3
_CROSSING, _DAMAGED = 0.4, 0.35
_NUM_TEST = 48
_CROSSING_MOTIONS = ("walks", "walks", "chases", "flies", "dances", "jumps", "waves", "spins")


@dataclass(frozen=True)
class Example:
    """A picture uint8 RGB (S, S, 3) with the kinds (N,) and boxes (N, 4) px of its figures."""

    picture: np.ndarray
    kinds: np.ndarray
    boxes: np.ndarray


def sample_crossing(rng: random.Random, *, num_actors: int = 2, same_kind: bool = False) -> Script:
    """A script whose actors cross the stage, one after the other from either side.

    Their kinds and colours differ, or their kinds are all the same.
    """
    script = sample_any(rng)
    world = load_world()
    names = rng.sample(world.kinds, num_actors)
    kinds = [names[0]] * num_actors if same_kind else names
    colours = rng.sample(list(world.colours), num_actors)
    from_left = rng.random() < 0.5
    actors = []
    for kind, colour in zip(kinds, colours, strict=True):
        actors.append(_sample_crosser(rng, kind, colour, from_left=from_left))
        from_left = not from_left
    actors.sort(key=lambda actor: actor.marks[0].y)
    return replace(script, actors=tuple(actors))


def _sample_crosser(rng: random.Random, kind: str, colour: str, *, from_left: bool) -> Actor:
    world = load_world()
    start, end = rng.uniform(0.08, 0.35), rng.uniform(0.65, 0.92)
    if not from_left:
        start, end = 1 - start, 1 - end
    motion = rng.choice(_CROSSING_MOTIONS)
    height = min(0.85, max(0.3, rng.gauss(0.55, 0.1)))
    feet = max(height, 0.6) if world.motions[motion].airborne else rng.uniform(0.75, 0.96)
    steps = [k / 5 for k in range(6)]
    marks = tuple(Mark(start + (end - start) * step, feet, height) for step in steps)
    hat = rng.choice(world.hats) if rng.random() < 0.12 else None
    facing = "right" if from_left else "left"
    return Actor(kind, colour, motion, facing, hat, marks, rng.uniform(0, 6.283))


def sample_examples(rng: random.Random) -> Iterator[Example]:
    """Squares cut from a few frames of one script, some of them damaged."""
    crossing = rng.random() < _CROSSING
    num_actors = rng.choices((2, 3), (3, 1))[0]
    script = sample_crossing(rng, num_actors=num_actors) if crossing else sample_any(rng)
    labelled = draw_labelled(script, num_frames=_NUM_FRAMES)
    frames = draw_clip(
        script, width_px=_WIDTH_PX, height_px=_HEIGHT_PX, num_frames=_NUM_FRAMES
    ).frames
    kinds = np.array([load_world().kinds.index(one.kind) for one in labelled.figures], int)
    for frame, boxes, shares in zip(
        frames, labelled.boxes.swapaxes(0, 1), labelled.shares.T, strict=True
    ):
        picture = degrade(rng, frame[None])[0] if rng.random() < _DAMAGED else frame
        yield cut_square(
            Example(picture, kinds, boxes), shares, rng.randrange(_WIDTH_PX - _SIDE_PX)
        )


def cut_square(whole: Example, shares: np.ndarray, left_px: int) -> Example:
    """A square of a frame whose boxes (A, 4) are fractions and whose figures show `shares` (A,).

    Figures of which too little is left are dropped.
    """
    height_px, width_px = whole.picture.shape[:2]
    boxes = whole.boxes * [width_px, height_px, width_px, height_px] - [left_px, 0, left_px, 0]
    inside = boxes.clip(0, height_px)
    seen = shares * _areas(inside) / np.maximum(_areas(boxes), 1e-6) >= _LEAST_SEEN
    picture = whole.picture[:, left_px : left_px + height_px]
    return Example(picture, whole.kinds[seen], inside[seen])


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def draw_set(folder: Path, num_pictures: int, *, seed: int) -> Path:
    """Draw pictures and their labels as YOLO reads them; give its `data.yaml` (JSON is YAML)."""
    rng = random.Random(seed)
    for part, count in (("train", num_pictures), ("val", _NUM_TEST)):
        for kind in ("images", "labels"):
            (folder / kind / part).mkdir(parents=True, exist_ok=True)
        number = 0
        while number < count:
            for example in sample_examples(rng):
                _write(folder, part, f"{number:05d}", example)
                number += 1
    data = folder / "data.yaml"
    names = dict(enumerate(load_world().kinds))
    paths = {"path": str(folder.absolute()), "train": "images/train", "val": "images/val"}
    data.write_text(json.dumps({**paths, "names": names}), encoding="utf-8")
    return data


def _write(folder: Path, part: str, name: str, example: Example) -> None:
    quality = [cv2.IMWRITE_JPEG_QUALITY, 95]
    bgr = cv2.cvtColor(example.picture, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / "images" / part / f"{name}.jpg"), bgr, quality)
    x0, y0, x1, y1 = example.boxes.T / _SIDE_PX
    rows = np.stack([example.kinds, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0], axis=1)
    lines = [f"{int(row[0])} " + " ".join(f"{value:.5f}" for value in row[1:]) for row in rows]
    (folder / "labels" / part / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")


def train(
    data: Path,
    folder: Path,
    *,
    minutes: float,
    epochs: int | None = None,
    seed: int = 0,
    start: Path | None = None,
) -> Path:
    """Train a YOLOv5n on one thread, for some minutes or, repeatably, for some epochs.

    Returns:
        The file of its weights, with all that training needed.

    Raises:
        ModelUnavailableError: ultralytics is missing.
        TrainingError: no epoch was finished in time.
    """
    model = load_yolo(start.absolute()) if start else import_ultralytics()("yolov5n.yaml")
    model.train(
        data=str(data), project=str(folder), name="run", exist_ok=True,
        time=None if epochs else minutes / 60, epochs=epochs or 100, seed=seed,
        deterministic=True, device="cpu", workers=0, amp=False,
        imgsz=_SIDE_PX, batch=16, nbs=16, cls=1.0, optimizer="AdamW", lr0=0.001 if start else 0.002,
        lrf=0.02, cos_lr=True, warmup_epochs=0.3, weight_decay=0.001, cache="ram",
        mosaic=0.3, close_mosaic=2, scale=0.4, translate=0.05, fliplr=0.5, flipud=0.0,
        hsv_h=0.005, hsv_s=0.2, hsv_v=0.15, erasing=0.0, plots=False, val=False,
    )  # fmt: skip
    last = folder / "run" / "weights" / "last.pt"
    if not last.exists():
        raise TrainingError(
            f"no epoch was finished in {minutes:g} minutes", hint="Give it more --minutes."
        )
    return last


def export(weights: Path, out: Path) -> None:
    """Write the weights alone, in half precision, without where and how they were trained."""
    import torch
    from ultralytics.utils.torch_utils import strip_optimizer

    out.parent.mkdir(parents=True, exist_ok=True)
    whole = strip_optimizer(str(weights), str(out))
    settings = {"task": "detect", "imgsz": _SIDE_PX}
    whole["model"].args = settings
    vars(whole["model"]).pop("pt_path", None)
    kept = {name: whole[name] for name in ("model", "version", "license", "docs")}
    torch.save({**kept, "train_args": settings}, out)
    LOG.info("wrote %s, %d bytes", out, out.stat().st_size)


def build_parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.theatre.sight.detector", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="file of the weights, a .pt")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--epochs", type=int, help="instead of --minutes; gives the same again")
    parser.add_argument("--pictures", type=int, default=4500, help="drawn for training")
    parser.add_argument("--start", type=Path, help="weights the training begins with")
    parser.add_argument("--dir", type=Path, help="folder to keep pictures and checkpoints in")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Draw, train and write the weights; return the exit status."""
    import torch

    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as scratch:
        folder: Path = options.dir or Path(scratch)
        data = folder / "data.yaml"
        if not data.exists():
            data = draw_set(folder, options.pictures, seed=options.seed)
            LOG.info("drew %d pictures", options.pictures)
        weights = train(
            data,
            folder,
            minutes=options.minutes,
            epochs=options.epochs,
            seed=options.seed,
            start=options.start,
        )
        export(weights, options.out)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PipelineError as error:
        sys.exit(str(error))
