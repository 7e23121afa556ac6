"""What was learned already: records of motions and looks in a user's store, their weights tiny."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save, save_file

from pipeline.diffusion.adapter_config import TARGETS
from pipeline.packs.record import load_record
from pipeline.prior import LossPoint, Prior, PriorPlan, Source, TrainSettings
from pipeline.priors.keys import key_of
from pipeline.priors.store import PriorStore, Stored
from pipeline.settings import Settings

WEBP = b"RIFF\x1a\0\0\0WEBPVP8L"
THEATRE_WIDTH = 192


def make_plan(**changes: object) -> PriorPlan:
    """Dancing, learned from two clips for the theatre as it is."""
    sources = (
        Source(
            kind="clip",
            name="a fox dances",
            sha256="a1" * 32,
            prompt="a blue fox motion7",
            licence="CC-BY-4.0",
            credit="Ada, the film club",
        ),
        Source(kind="clip", name="a robot <b>dances</b>", sha256="b2" * 32, prompt=""),
    )
    fields: dict[str, object] = {
        "kind": "motion",
        "words": "dances",
        "trigger": "motion7",
        "pack": "theatre",
        "pack_revision": load_record("theatre").revision,
        "settings": TrainSettings(steps=300, rank=3, alpha=6.0, seed=5),
        "sources": sources,
    }
    return PriorPlan.model_validate({**fields, **changes})


def make_look(**changes: object) -> PriorPlan:
    """How Mia the fox looks, learned from one picture."""
    picture = Source(kind="picture", name="mia.png", sha256="c3" * 32, prompt="a look3")
    fields = {"kind": "character", "words": "Mia", "figure": "fox", "trigger": "look3"}
    return make_plan(**{**fields, "sources": (picture,), **changes})


def make_prior(plan: PriorPlan, **changes: object) -> Prior:
    """What came of a plan in 171 s."""
    fields: dict[str, object] = {
        "key": key_of(plan),
        **plan.model_dump(include={"kind", "words", "figure", "trigger", "pack", "pack_revision"}),
        "rank": 3,
        "alpha": 6.0,
        "blocks": (0, 2),
        "sha256": "0" * 64,
        "plan": plan,
        "steps": plan.settings.steps,
        "losses": (LossPoint(step=10, loss=0.41, debiased=0.29), LossPoint(step=300, loss=0.17)),
        "seconds_taken": 171.0,
        "device": "cpu, bfloat16",
        "created": "2026-03-04T05:06:07+00:00",
        "title": "The lost kite",
    }
    return Prior.model_validate({**fields, **changes})


def keep_prior(settings: Settings, prior: Prior, *, steps: tuple[int, ...] = (100, 300)) -> Stored:
    """Put it into the user's store, with a preview of each of those steps."""
    settings.home.mkdir(parents=True, exist_ok=True)
    file = settings.home / "made.safetensors"
    save_file({"one": np.full(3, 7, np.float32)}, file)
    samples: dict[int, bytes | Path] = {step: WEBP + bytes([step % 251]) for step in steps}
    return PriorStore(settings).save(prior, file, samples)


def lora_bytes(**texts: str) -> bytes:
    """A LoRA file that fits the theatre's transformer, rank 2 on its first block."""
    numbers, tensors = np.random.default_rng(5), {}
    for target in TARGETS:
        into, out = {"ff.net.0.proj": (1, 4), "ff.net.2": (4, 1)}.get(target, (1, 1))
        name = f"transformer.transformer_blocks.0.{target}"
        shapes = {"A": (2, into * THEATRE_WIDTH), "B": (out * THEATRE_WIDTH, 2)}
        for side, shape in shapes.items():
            tensors[f"{name}.lora_{side}.weight"] = numbers.standard_normal(shape, np.float32)
    config = json.dumps({"r": 2, "lora_alpha": 4})
    return save(tensors, metadata={"lora_adapter_metadata": config, **texts})
