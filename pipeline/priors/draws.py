"""What a step of training draws: a pure function of the seed and the step's number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(frozen=True)
class Draw:
    """What one pass through the model takes.

    Attributes:
        chosen: numbers of the examples.
        noise: float32 (B, f, C, h, w), drawn on the CPU: the same on every device.
        timesteps: (B,), uniform above the least.
        frame: a latent frame: the anchor of L_ad, or the one that L_spatial looks at.
        dropout_seed: of what dropout draws.
    """

    chosen: tuple[int, ...]
    noise: Tensor
    timesteps: Tensor
    frame: int
    dropout_seed: int


def generator_of(seed: int, *what: object) -> torch.Generator:
    """A CPU generator for one purpose: others and their neighbours draw nothing alike."""
    words = " ".join(map(str, (seed, *what))).encode()
    number = int.from_bytes(hashlib.sha256(words).digest()[:8], "big") >> 1
    return torch.Generator().manual_seed(number)


def draw_step(
    seed: int,
    step: int,
    *,
    chosen: Sequence[int],
    shape: torch.Size,
    num_timesteps: int,
    min_timestep: int = 0,
    purpose: str = "step",
) -> Draw:
    """Draw what a step takes for examples of latents (f, C, h, w).

    Args:
        seed: of the training.
        step: its number.
        chosen: numbers of the examples, see `choose`.
        shape: of one example's latents.
        num_timesteps: of the noise schedule.
        min_timestep: the least that is drawn.
        purpose: tells the passes of one step apart.
    """
    generator = generator_of(seed, purpose, step)
    count = len(chosen)
    return Draw(
        chosen=tuple(chosen),
        timesteps=torch.randint(min_timestep, num_timesteps, (count,), generator=generator),
        frame=int(torch.randint(shape[0], (1,), generator=generator)),
        dropout_seed=int(torch.randint(2**62, (1,), generator=generator)),
        noise=torch.randn((count, *shape), generator=generator),
    )


def choose(seed: int, step: int, *, num_examples: int, batch_size: int) -> list[int]:
    """The examples of a step, counted from 1: all come as often, each round in an order of its own.

    Args:
        seed: of the training.
        step: its number.
        num_examples: how many there are.
        batch_size: how many of them a step takes.
    """
    places = range((step - 1) * batch_size, step * batch_size)
    rounds = {place // num_examples for place in places}
    orders = {
        number: torch.randperm(num_examples, generator=generator_of(seed, "round", number)).tolist()
        for number in rounds
    }
    return [orders[place // num_examples][place % num_examples] for place in places]
