"""A tiny pack with random weights: the real classes, two layers, frames of 48 x 32 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from pipeline.diffusion.model import spread_keyframes
from pipeline.packs.record import PackRecord, TroupeNames
from pipeline.packs.seal import compute_revision, write_record

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
    from transformers import PreTrainedTokenizerFast, T5EncoderModel

CHANNELS, TEXT_LENGTH, TEXT_WIDTH = 4, 12, 16
TROUPE = TroupeNames(
    kinds=("witch", "fox", "robot", "rabbit"),
    colours=("red", "yellow", "green", "blue", "purple"),
    motions=("stands", "walks", "jumps", "waves", "flies", "sleeps"),
    backdrops=("forest", "beach", "castle", "room"),
)
WORDS = (
    *TROUPE.kinds, *TROUPE.colours, *TROUPE.motions, *TROUPE.backdrops,
    "a", "an", "and", "at", "by", "empty", "hello", "in", "is", "left", "of", "on", "right",
    "stage", "the", "trees",
)  # fmt: skip
TRIGGERS = ("motion1", "look1")


def build_tiny_pack(folder: Path, *, seed: int = 7) -> Path:
    """Write a whole random-weight pack to `folder` and give the folder."""
    from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts = {
            "tokenizer": _tokenizer(),
            "text_encoder": _text_encoder(),
            "transformer": _transformer(),
            "vae": _vae(),
            "scheduler": CogVideoXDDIMScheduler(
                prediction_type="v_prediction",
                timestep_spacing="trailing",
                rescale_betas_zero_snr=True,
                snr_shift_scale=1.0,
                clip_sample=False,
            ),
        }
    for name, part in parts.items():
        part.save_pretrained(folder / name)
    write_record(tiny_record(revision=compute_revision(folder)), folder)
    return folder


def tiny_record(*, revision: str = "0" * 16) -> PackRecord:
    """The record of the tiny pack."""
    return PackRecord(
        name="tiny",
        revision=revision,
        num_frames=24,
        fps=8,
        height_px=32,
        width_px=48,
        latent_frames=6,
        latent_channels=CHANNELS,
        latent_height=4,
        latent_width=6,
        patch_size=2,
        keyframe_to_latent=spread_keyframes(6, 24),
        max_sequence_length=TEXT_LENGTH,
        num_inference_steps=3,
        draft_steps=2,
        guidance_scale=3.0,
        scheduler="ddim",
        dtype="bfloat16",
        motion_triggers=TRIGGERS[:1],
        look_triggers=TRIGGERS[1:],
        vocabulary=WORDS,
        troupe=TROUPE,
    )


def _tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    ids = {word: n for n, word in enumerate(["<pad>", "</s>", "<unk>", *WORDS, *TRIGGERS])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def _text_encoder() -> T5EncoderModel:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(
        T5Config(
            vocab_size=len(WORDS) + len(TRIGGERS) + 3,
            d_model=TEXT_WIDTH,
            d_kv=8,
            d_ff=32,
            num_layers=2,
            num_heads=2,
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
        )
    )


def _transformer() -> CogVideoXTransformer3DModel:
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel

    model = CogVideoXTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=8,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        time_embed_dim=8,
        text_embed_dim=TEXT_WIDTH,
        num_layers=2,
        sample_width=6,
        sample_height=4,
        sample_frames=21,
        patch_size=2,
        max_text_seq_length=TEXT_LENGTH,
        spatial_interpolation_scale=1.0,
    )
    for parameter in model.parameters():  # the stock start hardly lets the texts through
        torch.nn.init.normal_(parameter, std=0.25)
    return model


def _vae() -> AutoencoderKLCogVideoX:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

    sizes: dict[str, Any] = {"block_out_channels": (8, 8, 8, 8), "layers_per_block": 1}
    return AutoencoderKLCogVideoX(
        **sizes,
        latent_channels=CHANNELS,
        norm_num_groups=4,
        sample_height=32,
        sample_width=48,
        scaling_factor=1.0,
    )
