"""Trains two towers, one for clips and one for words, to meet where they say the same."""

from __future__ import annotations

import argparse
import logging
import math
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pipeline.errors import TrainingError
from pipeline.theatre.library.phrases import training_phrase
from pipeline.theatre.sight.naming import Names
from pipeline.theatre.sight.pairs import Pairs, draw_pairs, tell_meanings
from pipeline.theatre.sight.words import MAX_TOKENS

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

    from pipeline.theatre.script import Actor

LOG = logging.getLogger(__name__)
_WARMUP_STEPS, _LOG_STEPS, _SAVE_SECONDS = 50, 50, 180
_WORD_DROPOUT = 0.06
_NAMING_SHARE = 0.5
_SHARES = {"kind": 0.4, "colour": 0.4, "facing": 1.5}
"""Which way a figure turns is a matter of few pixels, and found last."""
_SIDE_CHANCE, _SIDE_TRIES = 0.4, 4
_MOST_SCALE = math.log(50.0)


class Towers(Protocol):
    """A pair of encoders that share a space of unit vectors."""

    module: nn.Module
    tokenizer: PreTrainedTokenizerFast
    dim: int

    def look_at(self, rng: random.Random) -> list[int]:
        """Choose the frames of 8 that a training step looks at."""
        ...

    def encode_clips(self, frames: Tensor) -> Tensor:
        """Encode frames float32 (B, F, 3, 64, 64) in [-1, 1] as unit vectors (B, D)."""
        ...

    def encode_words(self, ids: Tensor) -> Tensor:
        """Encode token ids (B, L) as unit vectors (B, D)."""
        ...

    def scale(self) -> nn.Parameter:
        """Give the logarithm of what similarities are multiplied by."""
        ...

    def save(self, folder: Path) -> None:
        """Write the folder that `pipeline.vision` loads."""
        ...


def train(
    towers: Towers,
    pairs: Pairs,
    out: Path,
    *,
    minutes: float,
    batch_size: int = 64,
    rate: float = 1e-3,
    seed: int = 0,
) -> None:
    """Train for some minutes of processor time on one thread, and save now and then.

    Raises:
        TrainingError: the loss is not finite.
    """
    rng, noise = random.Random(seed), torch.Generator().manual_seed(seed)
    names = Names(towers.dim)
    optimizers = _make_optimizers(towers.module, names, rate)
    progress, step, losses = _Progress(60 * minutes), 0, []
    towers.module.train()
    while (done := progress()) < 1:
        _set_rates(optimizers, rate * min(1.0, (step + 1) / _WARMUP_STEPS) * _cooled(done))
        met, named = _losses(towers, names, pairs, rng, noise, batch_size)
        (met + _NAMING_SHARE * named).backward()
        _step(optimizers, towers)
        losses.append((_finite(float(met.detach()), step), float(named.detach())))
        step += 1
        if step % _LOG_STEPS == 0:
            means = np.mean(losses[-_LOG_STEPS:], axis=0)
            LOG.info("step %d, %.0f %%, meeting %.3f, naming %.3f", step, 100 * done, *means)
        if progress.due():
            towers.save(out)
    towers.save(out)


def _make_optimizers(module: nn.Module, names: Names, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for the rest."""
    inner: list[Tensor] = []
    rest: list[Tensor] = [*names.parameters()]
    for name, one in module.named_parameters():
        inside = one.ndim == 2 and ("layers." in name or "resblocks." in name)
        (inner if inside else rest).append(one)
    return [
        torch.optim.Muon(inner, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01),
    ]


def _set_rates(optimizers: Sequence[torch.optim.Optimizer], rate: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


def _cooled(done: float) -> float:
    return 0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2


def _step(optimizers: Sequence[torch.optim.Optimizer], towers: Towers) -> None:
    torch.nn.utils.clip_grad_norm_(towers.module.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
    towers.scale().data.clamp_(max=_MOST_SCALE)


class _Progress:
    """How much of the processor time is used, and whether it is time to save."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._start, self._saved = seconds, time.process_time(), time.monotonic()

    def __call__(self) -> float:
        return (time.process_time() - self._start) / self._seconds

    def due(self) -> bool:
        now = time.monotonic()
        if now - self._saved < _SAVE_SECONDS:
            return False
        self._saved = now
        return True


def _losses(
    towers: Towers,
    names: Names,
    pairs: Pairs,
    rng: random.Random,
    noise: torch.Generator,
    batch_size: int,
) -> tuple[Tensor, Tensor]:
    """Give how badly words and clips meet, and how badly both name what is shown."""
    indices = rng.sample(range(len(pairs)), batch_size)
    actors = [pairs.actors[k] for k in indices]
    texts = [_phrase(rng, pairs.actors[k], pairs.backdrops[k]) for k in indices]
    holds = torch.from_numpy(tell_meanings(texts, pairs, indices)).float()
    frames = to_input(pairs.frames[indices][:, towers.look_at(rng)])
    seen = towers.encode_clips(_disturb(frames, noise))
    told = towers.encode_words(_forget(tokenize(towers.tokenizer, texts), towers, noise))
    logits = towers.scale().exp() * told @ seen.T
    motions = [one.motion for one in actors]
    named = names(told, "motion", motions) + 2 * names(seen, "motion", motions)
    for which, share in _SHARES.items():
        named += share * names(seen, which, [getattr(one, which) for one in actors])
    named += 0.4 * names(seen, "backdrop", [pairs.backdrops[k] for k in indices])
    return (_spread(logits, holds) + _spread(logits.T, holds.T)) / 2, named


def _phrase(rng: random.Random, actor: Actor, backdrop: str) -> str:
    """One of the actor's phrases; those that tell its direction are rare, so some are asked for."""
    tries = _SIDE_TRIES if rng.random() < _SIDE_CHANCE else 0
    text = training_phrase(rng, actor, backdrop)
    while tries and actor.facing not in text.split():
        text, tries = training_phrase(rng, actor, backdrop), tries - 1
    return text


def _spread(logits: Tensor, holds: Tensor) -> Tensor:
    """Cross-entropy against an even share for all that means the same."""
    return functional.cross_entropy(logits, holds / holds.sum(1, keepdim=True))


def to_input(frames: np.ndarray) -> Tensor:
    """Frames uint8 (B, F, H, W, 3) as float32 (B, F, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(frames)).movedim(-1, -3).float() / 127.5 - 1


def tokenize(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> Tensor:
    """Token ids int64 (B, L), padded to the longest."""
    batch = tokenizer(
        list(texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
    )
    return batch["input_ids"]  # type: ignore[return-value]


def _disturb(frames: Tensor, noise: torch.Generator) -> Tensor:
    """Other light and contrast in each clip, and a little grain, the same in all clips."""
    shape = (len(frames), 1, 3, 1, 1)
    gain = 1 + 0.08 * torch.randn(shape, generator=noise)
    lift = 0.06 * torch.randn(shape, generator=noise)
    grain = 0.03 * torch.randn(frames.shape[1:], generator=noise)
    return torch.addcmul(lift, frames, gain).add_(grain)


def _forget(ids: Tensor, towers: Towers, noise: torch.Generator) -> Tensor:
    """Some words become unknown ones, so that an unknown word later means little."""
    tokenizer = towers.tokenizer
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    dropped = (torch.rand(ids.shape, generator=noise) < _WORD_DROPOUT) & ~special
    unknown = tokenizer.unk_token_id
    assert isinstance(unknown, int)
    return ids.masked_fill(dropped, unknown)


def _finite(loss: float, step: int) -> float:
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss at step {step} is {loss}", hint="Train with a lower rate: --rate 5e-4."
        )
    return loss


def as_half(module: nn.Module) -> dict[str, Tensor]:
    """Give a module's weights in half precision, ready to be written."""
    return {
        name: one.half().contiguous() if one.is_floating_point() else one
        for name, one in module.state_dict().items()
    }


def run_training(
    make: Callable[[Path | None], Towers], about: str, arguments: Sequence[str] | None = None
) -> int:
    """Read the command line, draw, train and save."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--pairs", type=Path, required=True, help="a folder for drawn clips")
    parser.add_argument("--clips", type=int, default=16000, help="how many clips to draw")
    parser.add_argument("--minutes", type=float, default=30.0, help="of processor time")
    parser.add_argument("--start", type=Path, help="a folder of weights to begin with")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    pairs = draw_pairs(given.pairs, given.clips, seed=given.seed + 1)
    towers = make(given.start)
    LOG.info("%d weights", sum(one.numel() for one in towers.module.parameters()))
    train(towers, pairs, given.out, minutes=given.minutes, rate=given.rate, seed=given.seed)
    return 0
