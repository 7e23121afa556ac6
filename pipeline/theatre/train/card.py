"""The model card of a trained pack, written from its training record and its benchmark table.

`python -m pipeline.theatre.train.card PACK --training training.json --scores results.md`
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pipeline.theatre.captions import with_article
from pipeline.theatre.world import World, load_world

_HEAD = """---
license: agpl-3.0
library_name: diffusers
pipeline_tag: text-to-video
---

# The paper theatre's pack, plan `{plan}`

A small CogVideoX of the stock classes, trained from nothing on drawings of this project. It
renders {frames} frames of {width}x{height} at {fps} a second, best through regions: one text and
one box path for each figure.
`CogVideoXPipeline.from_pretrained(FOLDER)` loads it; pass `num_frames={frames}` and
`max_sequence_length={words}`.

![Asked for, and rendered](sheet.png)

## What it plays
- kinds: {kinds}
- colours: {colours}
- motions: {motions}
- backdrops: {backdrops}

Held out of training for ever, for priors to learn later: {held_out}.

## Data
Clips drawn by `pipeline/theatre`, captions written anew at every use; no picture of anybody else.
{narrow}Latents are a principal component analysis of 8x8x4 pixel blocks; the autoencoder is taught
to agree with them. Four samples in five are in the form of rendering: each figure's text and the
background's text encoded alone, boxes jittered, enlarged or held as a hand draws them, joined by
the region mask.

## Training
Bfloat16 weights with float32 masters, on a CPU. Curves: `curves.png`; every logged value and every
setting: `training.json`.

| part | steps | samples | CPU minutes | last logged |
| --- | --- | --- | --- | --- |
"""
_NARROW = """Figures stand on the corners of the latent grid (8 px), in few phases and backdrop
variants: a narrow world that a small model learns in little time. A box drawn between two corners
is obeyed to within half a cell.
"""


def make_card(training: dict[str, Any], scores: str, *, limits: str = "") -> str:
    """The card's text: what it plays, data, steps, time, losses, scores."""
    plan, world = training["plan"], load_world()
    head = _HEAD.format(
        plan=plan["name"],
        frames=plan["num_frames"],
        width=plan["width_px"],
        height=plan["height_px"],
        fps=plan["fps"],
        words=plan["text"]["max_sequence_length"],
        kinds=", ".join(world.kinds),
        colours=", ".join(world.playable_colours),
        motions=", ".join(world.playable_motions),
        backdrops=", ".join(world.playable_backdrops),
        held_out=_held_out(world),
        narrow=_NARROW if plan["data"]["narrow"] else "",
    )
    rows = [_row(part, record) for part, record in training["parts"].items()]
    limits = f"\n## Limits\n{limits.strip()}\n" if limits.strip() else ""
    return f"{head}{''.join(rows)}\n## Scores\n{scores.strip()}\n{limits}"


def _held_out(world: World) -> str:
    out = world.held_out
    looks = [
        f"{name} ({with_article(f'{look.colour} {look.kind}')})" for name, look in out.looks.items()
    ]
    return ", ".join([*out.motions, *looks, *out.backdrops])


def _row(part: str, record: dict[str, Any]) -> str:
    last = record["history"][-1] if record["history"] else {}
    unlogged = {"step", "samples", "s_per_step", "norm"}
    values = ", ".join(f"{k} {v:.3f}" for k, v in last.items() if k not in unlogged)
    minutes = record["cpu_seconds"] / 60
    return f"| {part} | {record['step']} | {record['samples']} | {minutes:.0f} | {values} |\n"


def main() -> None:
    """Write the card into a pack's folder."""
    parser = argparse.ArgumentParser(description="Write a pack's model card.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--training", type=Path, required=True, help="training.json of the export")
    parser.add_argument("--scores", type=Path, required=True, help="results.md of the benchmark")
    parser.add_argument("--limits", type=Path, help="a text of what it does not do well")
    options = parser.parse_args()
    training = json.loads(options.training.read_text(encoding="utf-8"))
    limits = options.limits.read_text(encoding="utf-8") if options.limits else ""
    card = make_card(training, options.scores.read_text(encoding="utf-8"), limits=limits)
    (options.pack / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
