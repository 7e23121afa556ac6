"""The shipped pack learns, and what it learned is loaded by stock diffusers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline

from pipeline.diffusion.text import encode_texts
from pipeline.packs.load import Pack
from pipeline.prior import PriorKind, TrainSettings
from pipeline.priors.adapter import activate, add_adapter, write_adapter
from pipeline.priors.trainer import Example, train
from pipeline.progress import finish
from tests.pipeline.render.rendering_child import theatre


def predict(pack: Pack, embeds: torch.Tensor) -> torch.Tensor:
    noise = torch.randn(pack.record.latent_shape, generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        return pack.transformer(
            hidden_states=noise,
            encoder_hidden_states=embeds[:1],
            timestep=torch.tensor([600]),
            return_dict=False,
        )[0]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "blocks"), [("motion", (0, 2, 4)), ("character", (1, 3, 5))])
def test_stock_diffusers_says_the_same_with_what_was_learned(
    tmp_path: Path, kind: PriorKind, blocks: tuple[int, ...]
) -> None:
    pack, _ = theatre()
    record = pack.record
    embeds = encode_texts(
        ["a blue fox motion1", "a red witch motion1"],
        tokenizer=pack.tokenizer,
        text_encoder=pack.text_encoder,
        max_sequence_length=record.max_sequence_length,
    ).float()
    draw = torch.Generator().manual_seed(2)
    taught = [
        Example(torch.randn(record.latent_shape[1:], generator=draw), embed, f"clip {number}")
        for number, embed in enumerate(embeds)
    ]
    settings = TrainSettings(steps=3, rank=4, alpha=8.0, sample_every=0, learning_rate=1e-2)
    base = predict(pack, embeds)
    trained = finish(
        train(settings, kind, taught, transformer=pack.transformer, scheduler=pack.scheduler)
    )
    assert trained.blocks == blocks
    assert torch.equal(predict(pack, embeds), base)
    adapter = add_adapter(pack.transformer, kind, settings, torch.Generator())
    adapter.load(trained.tensors)
    pack.transformer.eval()  # what was just added would drop out
    expected = predict(pack, embeds)
    assert (expected - base).abs().max() > 1e-3
    activate(pack.transformer, ())
    assert torch.equal(predict(pack, embeds), base)
    adapter.remove()
    file = tmp_path / "pytorch_lora_weights.safetensors"
    write_adapter(file, trained.tensors, rank=trained.rank, alpha=trained.alpha)
    parts: dict[str, Any] = dict.fromkeys(("tokenizer", "text_encoder", "vae", "scheduler"))
    CogVideoXPipeline(transformer=pack.transformer, **parts).load_lora_weights(str(tmp_path))
    assert torch.equal(predict(pack, embeds), expected)
