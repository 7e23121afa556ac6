"""Region-based attention against plain captions: is the right figure in the right place?

`python -m tests.benchmarks.regions --scenes 60 --steps 20 --out DIR` renders generated scenes of
two characters under each condition with the same seeds, finds the figures by colour, and writes
`results.json`, `results.md` and `sheet.png`. Conditions:

    drawn         the scene as the theatre draws it: what the finder can reach
    coded         the same through the pack's VAE and back
    caption       one text with position words, no regions
    concatenated  the regions' texts side by side, every token seeing all of them
    regions       the regions' texts, each seen in its own boxes (SR3AI)

It takes up where it stopped; `--part 0/2` and `--part 1/2` share the scenes between two processes.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from pydantic import ValidationError

from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt
from pipeline.devices import DeviceChoice, choose
from pipeline.diffusion.latents import decode, encode
from pipeline.diffusion.sampling import denoise, initial_noise
from pipeline.diffusion.text import encode_texts
from pipeline.packs.load import Pack, load_pack
from pipeline.progress import finish
from pipeline.render.renderer import render_scene
from pipeline.story import NUM_KEYFRAMES, Box
from pipeline.theatre.captions import canonical_background_text, canonical_region_text
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import Actor, sample_script
from pipeline.theatre.world import load_world
from tests.benchmarks.region_report import NUM_PICTURED, write_report
from tests.benchmarks.region_scores import Asked, Result, count_strays, fit_finder, mark_clip

CONDITIONS = ("drawn", "coded", "caption", "concatenated", "regions")
_FITTING_CLIPS = 80


@dataclass(frozen=True)
class Options:
    """What the command line asks for; `part` is (number, of how many)."""

    out: Path
    pack: str = "theatre"
    scenes: int = 60
    settings: RenderSettings = field(default_factory=RenderSettings)
    part: tuple[int, int] = (0, 1)
    threads: int = 1
    device: str = "cpu"


def ask(pack: Pack, number: int, *, first_seed: int = 5000) -> Asked:
    """The generated scene of that number: two characters of the playable world."""
    record = pack.record
    script = sample_script(random.Random(first_seed + number), num_actors=2)
    size = {"width_px": record.width_px, "height_px": record.height_px}
    clip = draw_clip(script, num_frames=record.num_frames, **size)
    return Asked.of(script, clip, NUM_KEYFRAMES)


def prompt_of(asked: Asked, scene_id: str = "scene") -> ScenePrompt:
    """The scene as rendering gets it: canonical words, the drawn boxes."""
    regions = tuple(
        RegionPrompt(
            region_id=f"r{number}",
            text=_words(actor),
            boxes=tuple(
                Box.of(map(float, box)) if seen else None
                for box, seen in zip(asked.boxes[number], asked.seen[number], strict=True)
            ),
        )
        for number, actor in enumerate(asked.script.actors)
    )
    background = canonical_background_text(asked.script.backdrop)
    return ScenePrompt(scene_id=scene_id, regions=regions, background=background)


def caption_of(asked: Asked) -> str:
    """The scene in one sentence, each character with its place."""
    told = " and ".join(f"on the {_place(a)} {_words(a)}" for a in asked.script.actors)
    told = told.replace("on the middle", "in the middle")
    return f"{told} {load_world().backdrops[asked.script.backdrop].words[0]}"


def _words(actor: Actor) -> str:
    return canonical_region_text(actor.kind, actor.colour, actor.motion, actor.facing)


def _place(actor: Actor) -> str:
    middle = sum(mark.x for mark in actor.marks) / len(actor.marks)
    return "left" if middle < 0.37 else "right" if middle > 0.63 else "middle"


def make_frames(condition: str, asked: Asked, pack: Pack, settings: RenderSettings) -> np.ndarray:
    """The scene's frames, uint8 (F, H, W, 3), under a condition."""
    prompt = prompt_of(asked)
    if condition == "drawn":
        return asked.clip.frames
    if condition == "coded":
        return decode(pack.vae, encode(pack.vae, asked.clip.frames))
    if condition == "regions":
        work = render_scene(prompt, model=pack, clip=pack.record, settings=settings)
        return finish(work).frames
    if condition == "caption":
        return _render_plain([caption_of(asked)], pack, settings)
    return _render_plain([*(r.text for r in prompt.regions), prompt.background], pack, settings)


def _render_plain(texts: list[str], pack: Pack, settings: RenderSettings) -> np.ndarray:
    """Every token sees all texts; same noise, steps and guidance as the product's rendering."""
    embeds = encode_texts(
        [*texts, ""],
        tokenizer=pack.tokenizer,
        text_encoder=pack.text_encoder,
        max_sequence_length=pack.record.max_sequence_length,
    )
    generator = torch.Generator().manual_seed(settings.seed)
    steps = denoise(
        pack.transformer,
        pack.scheduler,
        noise=initial_noise(pack.record.latent_shape, generator=generator, device=pack.device),
        prompt_embeds=embeds[:-1],
        negative_prompt_embeds=embeds[-1],
        guidance_scale=settings.guidance_scale,
        num_inference_steps=settings.num_inference_steps,
        generator=generator,
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return decode(pack.vae, end.value[0])


def run(options: Options) -> list[Result]:
    """Render and score what is still missing of this part, then report on all that is there."""
    device = choose(options.device)
    device = DeviceChoice(device.device, device.dtype, device.reason, options.threads)
    pack = load_pack(options.pack, device)
    name = _run_name(pack, options)
    options.out.mkdir(parents=True, exist_ok=True)
    growth = fit_finder([ask(pack, n, first_seed=90_000) for n in range(_FITTING_CLIPS)])
    done = {(r.scene, r.condition) for r in read_results(options.out, name)}
    number, count = options.part
    path = options.out / f"part-{number}-of-{count}.jsonl"
    for scene, condition in _missing(options, done):
        asked = ask(pack, scene)
        settings = options.settings.model_copy(update={"seed": options.settings.seed + scene})
        start = time.perf_counter()
        frames = make_frames(condition, asked, pack, settings)
        result = Result(
            scene=scene,
            condition=condition,
            run=name,
            seconds=round(time.perf_counter() - start, 3),
            strays=count_strays(frames, asked),
            marks=mark_clip(frames, asked, growth),
        )
        with path.open("a", encoding="utf-8") as file:
            # first a line break: the line before may have been cut short
            file.write("\n" + result.model_dump_json())
        if scene < NUM_PICTURED:
            _keep_picture(frames, options.out, scene, condition)
        print(f"scene {scene} {condition}: {result.seconds:.1f} s", flush=True)
    results = read_results(options.out, name)
    captions = [caption_of(ask(pack, scene)) for scene in range(NUM_PICTURED)]
    write_report(results, options.out, run=name, conditions=CONDITIONS, captions=captions)
    return results


def _run_name(pack: Pack, options: Options) -> str:
    chosen = options.settings
    return (
        f"{pack.record.name} {pack.record.revision}, {chosen.num_inference_steps} steps,"
        f" guidance {chosen.guidance_scale:g}, seed {chosen.seed}"
    )


def _missing(options: Options, done: set[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    number, count = options.part
    for scene in range(number, options.scenes, count):
        yield from ((scene, c) for c in CONDITIONS if (scene, c) not in done)


def read_results(folder: Path, run: str) -> list[Result]:
    """The results of a run that lie in a folder, of every part; lines cut short are skipped."""
    results = {}
    for path in sorted(folder.glob("part-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValidationError):
                result = Result.model_validate_json(line)
                if result.run == run:
                    results[result.scene, result.condition] = result
    return [result for _, result in sorted(results.items())]


def _keep_picture(frames: np.ndarray, out: Path, scene: int, condition: str) -> None:
    span = len(frames) // NUM_KEYFRAMES
    strip = np.hstack([frames[k * span + span // 2] for k in (0, 2, 5)])
    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    path = folder / f"{scene:03d}-{condition}.png"
    cv2.imwrite(str(path), cv2.cvtColor(strip, cv2.COLOR_RGB2BGR))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description="Regions against plain captions.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pack", default="theatre", help="name or folder of the pack")
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first scene's noise")
    parser.add_argument("--part", default="0/1", help="NUMBER/COUNT: this process's scenes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args(arguments)
    number, count = (int(part) for part in given.part.split("/"))
    settings = RenderSettings(
        seed=given.seed, num_inference_steps=given.steps, guidance_scale=given.guidance
    )
    run(
        Options(
            out=given.out,
            pack=given.pack,
            scenes=given.scenes,
            settings=settings,
            part=(number, count),
            threads=given.threads,
            device=given.device,
        )
    )
    print((given.out / "results.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
