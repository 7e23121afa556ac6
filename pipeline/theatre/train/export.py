"""From checkpoints to a folder that the stock `CogVideoXPipeline` loads."""

from __future__ import annotations

import json
import logging
import shutil
from typing import TYPE_CHECKING, Any, Literal

import torch

from pipeline.theatre.train.autoencoder import build_vae
from pipeline.theatre.train.checkpoints import load_checkpoint, take_prefix
from pipeline.theatre.train.curves import draw_curves, read_records
from pipeline.theatre.train.settings import read_settings
from pipeline.theatre.train.text import build_text_encoder, load_tokenizer
from pipeline.theatre.train.transformer import build_scheduler, build_transformer

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
    from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
    from torch import nn
    from transformers import PreTrainedTokenizerFast, T5EncoderModel

    from pipeline.theatre.train.plans import Plan

LOG = logging.getLogger(__name__)
SHARD_SIZE = "9MB"
CODEC, TRAINING = "codec.safetensors", "training.json"


def latest_phase(folder: Path) -> Literal["images", "clips"] | None:
    """The phase that trained the transformer last; None where none did."""
    settings = read_settings(folder)
    last = settings.phase if settings else None
    for phase in (last, "clips", "images"):
        if phase and (folder / f"{phase}.safetensors").exists():
            return phase
    return None


@torch.no_grad()
def load_average(module: nn.Module, checkpoint: Path, name: str) -> None:
    """Set `module` to the moving average kept under `name` in a checkpoint."""
    tensors, _ = load_checkpoint(checkpoint)
    averages = take_prefix(tensors, f"average.{name}.")
    for key, parameter in module.named_parameters():
        parameter.copy_(averages[key])


def load_transformer(
    plan: Plan, folder: Path
) -> tuple[CogVideoXTransformer3DModel, T5EncoderModel, PreTrainedTokenizerFast]:
    """The averaged transformer and text encoder, float32, and the tokenizer."""
    tokenizer = load_tokenizer(folder / "tokenizer")
    transformer = build_transformer(plan)
    encoder = build_text_encoder(plan.text, len(tokenizer))
    checkpoint = folder / f"{latest_phase(folder) or 'images'}.safetensors"
    load_average(transformer, checkpoint, "transformer")
    load_average(encoder, checkpoint, "text")
    return transformer.eval(), encoder.eval(), tokenizer


def load_vae(plan: Plan, folder: Path) -> AutoencoderKLCogVideoX:
    """The averaged autoencoder, float32; its encoder is untrained where there is no checkpoint."""
    vae = build_vae(plan)
    load_average(vae.decoder, folder / "decoder.safetensors", "decoder")
    if (folder / "encoder.safetensors").exists():
        load_average(vae.encoder, folder / "encoder.safetensors", "encoder")
    else:
        LOG.warning("the encoder is not trained yet: pictures and clips cannot be learned from")
    return vae.eval()


def assemble(plan: Plan, folder: Path) -> CogVideoXPipeline:
    """The stock pipeline made of the latest averages."""
    from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline

    transformer, encoder, tokenizer = load_transformer(plan, folder)
    # The tokenizer is no T5Tokenizer, which the signature asks for and the pipeline does not need.
    components: dict[str, Any] = {
        "tokenizer": tokenizer,
        "text_encoder": encoder,
        "vae": load_vae(plan, folder),
        "transformer": transformer,
        "scheduler": build_scheduler(plan),
    }
    return CogVideoXPipeline(**components)


def export(plan: Plan, folder: Path) -> Path:
    """Write `folder/export`: weights (float16, shards of at most 9 MB), codec, record and curves.

    The record and the curves are also written to `folder` itself.
    """
    target = folder / "export"
    assemble(plan, folder).to(dtype=torch.float16).save_pretrained(
        target, max_shard_size=SHARD_SIZE
    )
    _ask_for_float32(target / "text_encoder" / "config.json")
    shutil.copyfile(folder / CODEC, target / CODEC)
    write_training(plan, folder)
    draw_curves(read_records(folder), folder / "curves.png")
    for name in (TRAINING, "curves.png"):
        shutil.copyfile(folder / name, target / name)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    LOG.info("%s: %.1f MB", target, size / 1e6)
    return target


def write_training(plan: Plan, folder: Path) -> None:
    """Write `training.json`: the plan, every part's record, and the calls they were made by."""
    settings = read_settings(folder)
    calls = [call.model_dump(mode="json") for call in settings.calls] if settings else []
    record = {
        "plan": plan.model_dump(mode="json"),
        "parts": read_records(folder),
        "calls": calls,
    }
    (folder / TRAINING).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _ask_for_float32(config: Path) -> None:
    """Let transformers load a model in float32 unless told otherwise, as diffusers does."""
    settings = json.loads(config.read_text(encoding="utf-8")) | {"dtype": "float32"}
    config.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
