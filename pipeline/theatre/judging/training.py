"""Train the judges, or score them: `python -m pipeline.theatre.judging.training --help`."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from pipeline.errors import PipelineError, TrainingError
from pipeline.theatre.judging.batches import Examples
from pipeline.theatre.judging.clips import code_clips, load_clips, save_clips
from pipeline.theatre.judging.scores import score
from pipeline.theatre.world import load_world
from pipeline.vision.judge_nets import BACKDROP_PX, to_input
from pipeline.vision.judges import PARTS, Judges, Names

if TYPE_CHECKING:
    from torch import Tensor, nn

    from pipeline.theatre.judging.clips import Labelled

LOG = logging.getLogger(__name__)
_RATE, _WARMUP, _LOG_STEPS = 2e-3, 50, 50
_NUM_CLIPS = 16
SHARES = (0.45, 0.25, 0.3)
_SCORE_SEED = 1_000_003
"""Far from any seed of training."""


def read_world_names() -> Names:
    """Every name the world knows, what it holds out included."""
    world = load_world()
    return Names(world.kinds, tuple(world.colours), tuple(world.motions), tuple(world.backdrops))


def train(
    minutes: float,
    examples: Examples,
    *,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
    start: Judges | None = None,
) -> Judges:
    """Judges trained for some minutes of processor time on one thread.

    `shares` of the time go to the finder with the backdrop namer, the figure namer, the motion
    namer. They begin as `start`, where given, and then learn at half the rate.

    Raises:
        TrainingError: a loss is not finite.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    judges = Judges.build(examples.names, revision="")
    if start is not None:
        take_over(judges, start)
    rate = _RATE if start is None else _RATE / 2
    finder, figure, motion = (60 * minutes * share / sum(shares) for share in shares)
    _run([judges.finder, judges.backdrop], finder, rate, lambda: _frame_loss(judges, examples))
    _run([judges.figure], figure, rate, lambda: _figure_loss(judges, examples))
    _run([judges.motion], motion, rate, lambda: _motion_loss(judges, examples))
    return judges


def take_over(judges: Judges, start: Judges) -> None:
    """Give `judges` the weights of `start`; rows of the last layers go by what they stand for."""
    new_rows, rows = _row_names(judges.names), _row_names(start.names)
    for part in PARTS:
        theirs = getattr(start, part).state_dict()
        for name, tensor in getattr(judges, part).state_dict().items():
            layer = f"{part}.{name.rpartition('.')[0]}"
            if layer not in rows:
                tensor.copy_(theirs[name])
                continue
            for number, row in enumerate(new_rows[layer]):
                if row in rows[layer]:
                    tensor[number] = theirs[name][rows[layer].index(row)]


def _row_names(names: Names) -> dict[str, tuple[str, ...]]:
    """What each row of the last layers stands for."""
    return {
        "finder.name.1": names.colours,
        "figure.kind": names.kinds,
        "figure.colour": names.colours,
        "motion.choose": names.motions,
        "backdrop.choose": names.backdrops,
    }


Losses = dict[str, "Tensor"]


def _run(nets: list[nn.Module], seconds: float, rate: float, losses: Callable[[], Losses]) -> None:
    """Train some networks until the time is over; the learning rate falls to 0 along a cosine."""
    for net in nets:
        net.train()
    weights = [weight for net in nets for weight in net.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.02)
    for step, fraction in _steps(seconds):
        factor = min(1.0, (step + 1) / _WARMUP) * 0.5 * (1 + math.cos(math.pi * fraction))
        for group in optimizer.param_groups:
            group["lr"] = factor * rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts = losses()
        loss = sum(parts.values(), torch.zeros(()))
        if not bool(loss.isfinite()):
            raise TrainingError(
                f"the judges' loss is not finite at step {step}", hint="Take another --seed."
            )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimizer.step()
        if step % _LOG_STEPS == 0:
            values = {name: round(value.item(), 4) for name, value in parts.items()}
            LOG.info("step %d, %.0f %%: %s", step, 100 * fraction, values)
    for net in nets:
        net.eval()


def _steps(seconds: float) -> Iterator[tuple[int, float]]:
    """Step numbers, and the fraction of the processor time that is over, until it is over."""
    start, step = time.process_time(), 0
    while (spent := time.process_time() - start) < seconds:
        yield step, spent / seconds
        step += 1


def _frame_loss(judges: Judges, examples: Examples) -> Losses:
    frames, wanted = examples.frame_batch(_NUM_CLIPS)
    pictures = to_input(frames)
    small = functional.interpolate(pictures, BACKDROP_PX, mode="area")
    backdrops = judges.backdrop(small).float()
    given = {name: one.float() for name, one in judges.finder(pictures).items()}
    return finder_losses(given, wanted) | {
        "backdrop": functional.cross_entropy(backdrops, wanted["backdrops"])
    }


def finder_losses(given: dict[str, Tensor], wanted: dict[str, Tensor]) -> Losses:
    """How far a finder's maps are from what `draw_maps` asks for, in three parts.

    The heat's loss is the focal one of CenterNet (arXiv 1904.07850, equation 1), the boxes' is
    1 - GIoU (arXiv 1902.09630).
    """
    weight = wanted["weight"]
    total = weight.sum().clamp(min=1)
    colours = functional.cross_entropy(given["colours"], wanted["colours"], reduction="none")
    boxes = (_giou_loss(given["sides"], wanted["sides"]) * weight).sum() / total
    return {
        "heat": _focal_loss(given["heat"], wanted),
        "boxes": 2 * boxes,
        "colours": (colours * weight).sum() / total,
    }


def _focal_loss(logits: Tensor, wanted: dict[str, Tensor]) -> Tensor:
    heat, peaks = wanted["heat"], wanted["heat"] >= 1
    sure = logits.sigmoid()
    found = -functional.logsigmoid(logits) * (1 - sure) ** 2
    empty = -functional.logsigmoid(-logits) * sure**2 * (1 - heat) ** 4
    return (torch.where(peaks, found, empty) * wanted["care"]).sum() / peaks.sum().clamp(min=1)


def _giou_loss(one: Tensor, other: Tensor) -> Tensor:
    """1 - GIoU, (B, h, w), of boxes around the same point, given by their four distances to it."""
    inner = torch.minimum(one, other)
    outer = torch.maximum(one, other)
    shared = _box_area(inner).clamp(min=0)
    union = _box_area(one) + _box_area(other) - shared
    hull = _box_area(outer)
    return 1 - shared / union.clamp(min=1) + (hull - union) / hull.clamp(min=1)


def _box_area(sides: Tensor) -> Tensor:
    return (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3])


def _figure_loss(judges: Judges, examples: Examples) -> Losses:
    crops, kinds, colours = examples.figure_batch(_NUM_CLIPS)
    kind, colour = (logits.float() for logits in judges.figure(to_input(crops)))
    return {
        "kind": functional.cross_entropy(kind, kinds),
        "colour": functional.cross_entropy(colour, colours),
    }


def _motion_loss(judges: Judges, examples: Examples) -> Losses:
    crops, tracks, motions = examples.motion_batch(_NUM_CLIPS)
    logits = judges.motion(to_input(crops), tracks).float()
    return {"motion": functional.cross_entropy(logits, motions, label_smoothing=0.05)}


def save(judges: Judges, path: Path) -> None:
    """Write the weights in float16, with the names they give and a revision of their own."""
    from safetensors.torch import save_file

    tensors = {
        f"{part}.{name}": tensor.contiguous().half() if tensor.is_floating_point() else tensor
        for part in PARTS
        for name, tensor in getattr(judges, part).state_dict().items()
    }
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    revision = digest.hexdigest()[:16]
    names = json.dumps(asdict(judges.names))
    save_file(tensors, path, {"names": names, "revision": revision})
    LOG.info("wrote %s, revision %s", path, revision)


def build_parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.theatre.judging.training", description=__doc__
    )
    parser.add_argument("--minutes", type=float, default=15.0, help="processor time")
    parser.add_argument(
        "--shares", type=float, nargs=3, default=SHARES, help="of the time: finder, figure, motion"
    )
    parser.add_argument("--out", type=Path, help="train, and write the weights to this file")
    parser.add_argument(
        "--coded", type=Path, help="file of round-tripped clips to train on; made where missing"
    )
    parser.add_argument("--num-coded", type=int, default=300, help="clips in a new --coded file")
    parser.add_argument("--start", type=Path, help="judges whose weights the training begins with")
    parser.add_argument("--score", action="store_true", help="score the judges on fresh clips")
    parser.add_argument("--weights", type=Path, help="judges to score, by default the shipped ones")
    parser.add_argument("--clips", type=int, default=120, help="drawn clips of a score")
    parser.add_argument(
        "--score-coded",
        type=Path,
        help="file of round-tripped clips to score on; a quarter of --clips, made where missing",
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Train or score, or both; return the exit status."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    weights: Path | None = options.weights
    if options.out is not None:
        coded = _read_coded(options.coded, options.num_coded, seed=options.seed)
        examples = Examples(random.Random(options.seed), read_world_names(), coded)
        start = Judges.load(options.start) if options.start else None
        judges = train(
            options.minutes,
            examples,
            shares=options.shares,
            seed=options.seed,
            start=start,
        )
        save(judges, options.out)
        weights = options.out
    if options.score:
        judges = Judges.load(weights)
        coded = _read_coded(options.score_coded, options.clips // 4, seed=_SCORE_SEED)
        sys.stdout.write(score(judges, options.clips, coded, seed=_SCORE_SEED) + "\n")
    return 0


def _read_coded(path: Path | None, count: int, *, seed: int) -> list[Labelled]:
    """The round-tripped clips of a file, made first where it is missing."""
    if path is not None and path.exists():
        return load_clips(path)
    clips = []
    for clip in code_clips(count, seed=seed):
        clips.append(clip)
        if len(clips) % 25 == 0:
            LOG.info("%d of %d clips through the autoencoder", len(clips), count)
    if path is not None:
        save_clips(clips, path)
    return clips


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PipelineError as error:
        sys.exit(str(error))
