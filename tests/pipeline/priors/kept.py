"""Plans, records and weights of learned motions and looks, with no two numbers alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from pipeline.diffusion.adapter_config import TARGETS
from pipeline.prior import LossPoint, Prior, PriorPlan, Source, TrainSettings
from pipeline.priors.keys import key_of
from pipeline.priors.matching import Fit
from pipeline.settings import Settings

FIT = Fit(pack="tiny", pack_revision="5e8d11ab3c907f24", num_blocks=4, width=16)
_SIDES = {"ff.net.0.proj": (16, 64), "ff.net.2": (64, 16)}
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L"


def make_settings(home: Path, user: str = "local") -> Settings:
    return Settings(home=home, user=user)


def make_plan(**changes: object) -> PriorPlan:
    sources = (
        Source(
            kind="clip",
            name="/home/ann/clips/dance.mp4",
            sha256="a1" * 32,
            prompt="a blue fox motion7 facing left",
            licence="CC BY 4.0",
            credit="Ann ann@example.org",
        ),
        Source(kind="clip", name="a fox dances", sha256="b2" * 32, prompt="a red robot motion7"),
    )
    fields: dict[str, object] = {
        "kind": "motion",
        "words": "dances",
        "trigger": "motion7",
        "pack": "tiny",
        "pack_revision": FIT.pack_revision,
        "settings": TrainSettings(steps=300, rank=3, alpha=6.0),
        "sources": sources,
    }
    return PriorPlan.model_validate({**fields, **changes})


def make_prior(**changes: object) -> Prior:
    plan = make_plan()
    fields: dict[str, object] = {
        "key": key_of(plan),
        "kind": plan.kind,
        "words": plan.words,
        "figure": plan.figure,
        "trigger": plan.trigger,
        "pack": plan.pack,
        "pack_revision": plan.pack_revision,
        "rank": 3,
        "alpha": 6.0,
        "blocks": (0, 2),
        "sha256": "0" * 64,
        "plan": plan,
        "steps": 300,
        "losses": (LossPoint(step=10, loss=0.41, debiased=0.29), LossPoint(step=300, loss=0.17)),
        "seconds_taken": 171.0,
        "device": "cpu, bfloat16",
        "code_version": "0.1.0",
        "created": "2026-03-04T05:06:07+00:00",
        "title": "The lost kite",
    }
    return Prior.model_validate({**fields, **changes})


def lora(
    *, blocks: Iterable[int] = (0, 2), rank: int = 3, prefix: str = "transformer.", width: int = 16
) -> dict[str, np.ndarray]:
    """Weights by the names that diffusers' pipelines write."""
    numbers = np.random.default_rng(5)
    tensors = {}
    for block in blocks:
        for target in TARGETS:
            into, out = (side * width // 16 for side in _SIDES.get(target, (16, 16)))
            name = f"{prefix}transformer_blocks.{block}.{target}"
            tensors[f"{name}.lora_A.weight"] = numbers.standard_normal((rank, into), np.float32)
            tensors[f"{name}.lora_B.weight"] = numbers.standard_normal((out, rank), np.float32)
    return tensors


def write_lora(
    file: Path, tensors: dict[str, np.ndarray] | None = None, metadata: dict[str, str] | None = None
) -> Path:
    save_file(lora() if tensors is None else tensors, file, metadata=metadata)
    return file


def config(**fields: object) -> dict[str, str]:
    """What diffusers' `save_lora_adapter` writes into a header, these fields changed."""
    return {"lora_adapter_metadata": json.dumps({"r": 3, "lora_alpha": 6, **fields})}
