"""The model card of a trained pack, written from its training record and its benchmark table.

`python -m pipeline.theatre.train.card PACK [--training training.json] [--scores results.md]`
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.theatre.captions import with_article
from pipeline.theatre.train.export import TRAINING
from pipeline.theatre.train.names import Names, played_names
from pipeline.theatre.train.plans import Plan
from pipeline.theatre.train.samples import latest_sheet
from pipeline.theatre.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """---
license: agpl-3.0
library_name: diffusers
pipeline_tag: text-to-video
---

# The paper theatre's pack, plan `{plan.name}`

A small CogVideoX of the stock classes, trained from nothing on drawings of this project. It
renders {plan.num_frames} frames of {plan.width_px}x{plan.height_px} at {plan.fps} a second, best
through regions: one text and one box path for each figure.
`CogVideoXPipeline.from_pretrained(FOLDER)` loads it; pass `num_frames={plan.num_frames}` and
`max_sequence_length={plan.text.max_sequence_length}`.
"""
_NAMES = """
## What it plays
- kinds: {kinds}
- colours: {colours}
- motions: {motions}
- backdrops: {backdrops}

Held out of training for ever, for priors to learn later: {held_out}.
"""
_DATA = """
## Data
Clips drawn by `pipeline/theatre`, captions written anew at every use; no picture of anybody else.
{data}
"""
_TRAINING = """
## Training
{training} Curves: `curves.png`; every logged value and every setting: `training.json`.

| part | steps | samples | CPU minutes | last logged |
| --- | --- | --- | --- | --- |
"""
_NOT_MEASURED = (
    "Not measured yet: `python -m tests.benchmarks.theatre_pack --pack FOLDER --out DIR`."
)


def make_card(training: dict[str, Any], scores: str = "", *, limits: str = "") -> str:
    """The card's text: what it plays, data, steps, time, losses, scores."""
    plan = Plan.model_validate(training["plan"])
    parts = [
        _HEAD.format(plan=plan),
        "\n![Asked for, and rendered](sheet.png)\n",
        _name_lists(played_names(plan.data), load_world()),
        _DATA.format(data="\n".join(_tell_data(plan))),
        _TRAINING.format(training=_tell_training(plan, training.get("calls", []))),
        *(_row(part, record) for part, record in training["parts"].items()),
        f"\n## Scores\n{scores.strip() or _NOT_MEASURED}\n",
    ]
    if limits.strip():
        parts.append(f"\n## Limits\n{limits.strip()}\n")
    return "".join(parts)


def _name_lists(names: Names, world: World) -> str:
    lists = {field: ", ".join(values) for field, values in vars(names).items()}
    return _NAMES.format(held_out=_held_out(world), **lists)


def _held_out(world: World) -> str:
    out = world.held_out
    looks = [
        f"{name} ({with_article(f'{look.colour} {look.kind}')})" for name, look in out.looks.items()
    ]
    return ", ".join([*out.motions, *looks, *out.backdrops])


def _tell_data(plan: Plan) -> Iterator[str]:
    """One line for each thing the plan says of data, latents and batches."""
    data, ratio, cell = plan.data, plan.temporal_ratio, plan.spatial_ratio
    if data.narrow:
        yield (
            f"Figures stand on the corners of the latent grid ({cell} px), in few phases and "
            "backdrop variants: a narrow\nworld that a small model learns in little time. A box "
            "drawn between two corners is obeyed to within half a cell."
        )
    if data.frames_per_pose > 1:
        often = {2: "twos", 3: "threes", 4: "fours"}.get(data.frames_per_pose, "holds")
        yield (
            f"Figures move on {often}, as cut paper does: every pose stays for "
            f"{data.frames_per_pose} frames."
        )
    yield (
        f"Latents are {plan.latent_channels} principal components of blocks of {cell}x{cell} pixels"
        f" and {ratio} frames;\nthe autoencoder is taught to agree with them."
    )
    if plan.vae.per_frame:
        yield (
            "It decodes and encodes every latent frame without looking at its neighbours: only the "
            "last\ntap of its causal convolutions is trained, the others are zero."
        )
    yield (
        f"{plan.batches.region_share:.0%} of the batches are in the form of rendering: each "
        "figure's text and the background's text\nencoded alone, boxes jittered, enlarged or held "
        "as a hand draws them, joined by the region mask."
    )


def _tell_training(plan: Plan, calls: list[dict[str, Any]]) -> str:
    predicted = {"sample": "clean latents", "v_prediction": "the velocity"}
    options = [call["options"] for call in calls]
    devices = ["a GPU" if str(o.get("device")).startswith("cuda") else "a CPU" for o in options]
    where = f" on {' and '.join(sorted(set(devices)))}" if devices else ""
    number = "float32" if any(o.get("float32") for o in options) else "bfloat16"
    return (
        f"Trained{where} in {number} with float32 masters; the transformer predicts "
        f"{predicted[plan.transformer.prediction]}."
    )


def _row(part: str, record: dict[str, Any]) -> str:
    last = record["history"][-1] if record["history"] else {}
    unlogged = {"step", "samples", "s_per_step", "norm"}
    values = ", ".join(f"{k} {v:.3f}" for k, v in last.items() if k not in unlogged)
    minutes = record["cpu_seconds"] / 60
    return f"| {part} | {record['step']} | {record['samples']} | {minutes:.0f} | {values} |\n"


def write_card(folder: Path) -> Path:
    """Write the card of a training folder's export, without scores, and its sheet; return it."""
    pack = folder / "export"
    training = json.loads((pack / TRAINING).read_text(encoding="utf-8"))
    if sheet := latest_sheet(folder):
        shutil.copyfile(sheet, pack / "sheet.png")
    card = pack / "README.md"
    card.write_text(make_card(training), encoding="utf-8")
    return card


def main(arguments: list[str] | None = None) -> None:
    """Write the card into a pack's folder."""
    parser = argparse.ArgumentParser(description="Write a pack's model card.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--training", type=Path, help="training.json, if it is not in the pack")
    parser.add_argument("--scores", type=Path, help="results.md of the benchmark")
    parser.add_argument("--limits", type=Path, help="a text of what it does not do well")
    options = parser.parse_args(arguments)
    training = json.loads((options.training or options.pack / TRAINING).read_text(encoding="utf-8"))
    scores, limits = (
        path.read_text(encoding="utf-8") if path else ""
        for path in (options.scores, options.limits)
    )
    card = make_card(training, scores, limits=limits)
    (options.pack / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
