"""From checkpoints to a folder that the stock `CogVideoXPipeline` loads."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import torch

from pipeline.theatre.train.autoencoder import build_vae
from pipeline.theatre.train.checkpoints import load_checkpoint, take_prefix
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
PARTS = ("decoder", "encoder", "text", "images", "clips")


def latest_transformer(folder: Path) -> Path:
    """The checkpoint of the furthest phase of the transformer that was trained."""
    clips = folder / "clips.safetensors"
    return clips if clips.exists() else folder / "images.safetensors"


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
    checkpoint = latest_transformer(folder)
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
        "scheduler": build_scheduler(),
    }
    return CogVideoXPipeline(**components)


def export(plan: Plan, folder: Path) -> Path:
    """Write `folder/export` (float16, shards of at most 9 MB) and the training record beside it."""
    target = folder / "export"
    assemble(plan, folder).to(dtype=torch.float16).save_pretrained(
        target, max_shard_size=SHARD_SIZE
    )
    _ask_for_float32(target / "text_encoder" / "config.json")
    records = read_records(folder)
    record = {"plan": plan.model_dump(mode="json"), "parts": records}
    (folder / "training.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    draw_curves(records, folder / "curves.png")
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    LOG.info("%s: %.1f MB", target, size / 1e6)
    return target


def _ask_for_float32(config: Path) -> None:
    """Let transformers load a model in float32 unless told otherwise, as diffusers does."""
    settings = json.loads(config.read_text(encoding="utf-8")) | {"dtype": "float32"}
    config.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def read_records(folder: Path) -> dict[str, dict]:
    """The records of all parts trained so far, by part."""
    paths = {part: folder / f"{part}.safetensors" for part in PARTS}
    return {part: load_checkpoint(path)[1] for part, path in paths.items() if path.exists()}


def draw_curves(records: dict[str, dict], path: Path) -> None:
    """Write one panel per part with the logged losses over the steps as a PNG."""
    from PIL import Image, ImageDraw

    width, height = 640, 200
    image = Image.new("RGB", (width, height * max(1, len(records))), "white")
    canvas = ImageDraw.Draw(image)
    for row, (part, record) in enumerate(records.items()):
        last = max([entry["step"] for entry in record["history"]], default=1)
        canvas.text((8, row * height + 4), f"{part}: {record['step']} steps", fill="black")
        for number, name in enumerate(curve_names(record)):
            points = [(entry["step"], entry[name]) for entry in record["history"] if name in entry]
            low, high = min(y for _, y in points), max(y for _, y in points)
            colour = ("#c33", "#36c", "#393", "#a3a", "#c83", "#088")[number % 6]
            xy = [
                (
                    20 + (width - 40) * x / last,
                    (row + 0.92) * height - 0.7 * height * (y - low) / (high - low or 1),
                )
                for x, y in points
            ]
            canvas.line(xy, fill=colour)
            label = f"{name} {points[-1][1]:.3f} [{low:.3f}, {high:.3f}]"
            canvas.text(
                (150 + 240 * (number % 2), row * height + 4 + 12 * (number // 2)),
                label,
                fill=colour,
            )
    image.save(path)


def curve_names(record: dict) -> list[str]:
    """The logged values worth a curve."""
    names = {name for entry in record["history"] for name in entry}
    return sorted(names - {"step", "samples", "s_per_step", "norm"})
