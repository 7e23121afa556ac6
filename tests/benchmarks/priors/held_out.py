"""The loss on what nobody learned from, at fixed noise and timesteps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import torch

from pipeline.diffusion.adapter_files import read_adapter
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.prior import TrainSettings
from pipeline.priors.adapter import add_adapter
from pipeline.priors.losses import Noising, debiased_loss, plain_loss
from pipeline.priors.preparing import mixed, ready

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.packs.load import Pack
    from pipeline.prior import PriorKind
    from pipeline.priors.trainer import Example
    from tests.benchmarks.priors.teaching import Taught

TIMESTEPS = range(62, 1000, 125)
_SEED, _ANCHOR = 11, 0


def held_out_loss(
    pack: Pack, examples: Sequence[Example], kind: PriorKind, taught: Taught | None
) -> float:
    """The mean loss of a kind: L_org + L_ad of motions, L_org of looks.

    The adapter acts on every token, as in training; without one it is the pack's own loss.
    """
    generator, noising = torch.Generator().manual_seed(_SEED), Noising.of(pack.scheduler)
    times = torch.tensor(TIMESTEPS)
    losses = []
    with torch.no_grad(), _acting(pack, taught):
        for example in examples:
            latents = example.latents.expand(len(times), -1, -1, -1, -1)
            noise = torch.randn(latents.shape, generator=generator)
            noised = noising.noised(latents, noise, times)
            told = _predict(pack, noised, example.prompt_embeds, times)
            target = noising.velocity(latents, noise, times)
            loss = plain_loss(told, target)
            if kind == "motion":
                loss = loss + debiased_loss(told, target, _ANCHOR)
            losses.append(loss.item())
    return sum(losses) / len(losses)


@contextmanager
def _acting(pack: Pack, taught: Taught | None) -> Iterator[None]:
    """Let an adapter act everywhere inside the block, nothing dropped out."""
    with ready(pack.transformer, checkpointing=False):
        if taught is not None:
            file = read_adapter(taught.file, pack.transformer)
            blocks = {int(layer.split(".")[1]) for layer in file.layers}
            halves = blocks != set(range(min(blocks), max(blocks) + 1, 2))
            settings = TrainSettings(
                rank=file.rank, alpha=file.alpha, blocks="halves" if halves else "interleaved"
            )
            adapter = add_adapter(pack.transformer, taught.kind, settings, torch.Generator())
            adapter.load(file.tensors)
        pack.transformer.eval()
        yield


def _predict(pack: Pack, noised: Tensor, embeds: Tensor, times: Tensor) -> Tensor:
    """Velocities, float32 (B, f, C, h, w), of noised latents with one text."""
    transformer = pack.transformer
    with ExitStack() as changed:
        changed.enter_context(joint_text(transformer, video_positions(transformer, noised)))
        changed.enter_context(mixed(transformer))
        return transformer(
            hidden_states=noised.to(transformer.dtype),
            encoder_hidden_states=embeds.to(transformer.dtype).expand(len(noised), -1, -1),
            timestep=times,
            image_rotary_emb=rotary_positions(transformer, noised),
            return_dict=False,
        )[0].float()
