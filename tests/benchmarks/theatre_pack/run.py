"""Runs the benchmark: renders and judges what is missing, then measures, draws and reports."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from pipeline.artifacts import RenderSettings
from pipeline.devices import DeviceChoice, choose
from pipeline.packs.load import Pack, load_pack
from pipeline.theatre.train.plans import Plan
from tests.benchmarks.theatre_pack.binding import CONDITIONS as BINDING_CONDITIONS
from tests.benchmarks.theatre_pack.binding import Binding
from tests.benchmarks.theatre_pack.checks import Checks, distance, find_nearest, measure
from tests.benchmarks.theatre_pack.judging import Judge, judge
from tests.benchmarks.theatre_pack.report import Report
from tests.benchmarks.theatre_pack.results import (
    Key,
    Result,
    append_result,
    key_of,
    read_results,
    whole_scenes,
)
from tests.benchmarks.theatre_pack.scenes import Asked, ask, read_plan
from tests.benchmarks.theatre_pack.sheets import write_blind, write_nearest, write_sheet
from tests.benchmarks.theatre_pack.takes import CONDITIONS, NOISELESS, make_frames

_ANY_NUMBER = (1, 2, 3)
_KEPT_TAKES = 60
_SHOWN_TAKES, _BLIND_TAKES = 10, 30


@dataclass(frozen=True)
class Options:
    """What the command line asks for; `part` is (number, of how many)."""

    out: Path
    pack: str = "theatre"
    scenes: int = 60
    seeds: int = 1
    steps: int | None = None
    guidance: float | None = None
    actors: tuple[int, ...] = _ANY_NUMBER
    conditions: tuple[str, ...] = CONDITIONS
    part: tuple[int, int] = (0, 1)
    threads: int = 1
    device: str = "cpu"
    timed_threads: int = 2
    compared_clips: int = 2000


class Benchmark:
    """One run on a loaded pack."""

    def __init__(self, options: Options, judges: Judge) -> None:
        device = choose(options.device)
        device = DeviceChoice(device.device, device.dtype, device.reason, options.threads)
        self.options, self.judges = options, judges
        self.plan: Plan = read_plan(options.pack)
        self.pack: Pack = load_pack(options.pack, device)
        options.out.mkdir(parents=True, exist_ok=True)

    def settings(self, seed: int = 0) -> RenderSettings:
        """How takes are rendered: the pack's own way unless the options say otherwise."""
        record, options = self.pack.record, self.options
        guidance = record.guidance_scale if options.guidance is None else options.guidance
        return RenderSettings(
            seed=seed,
            num_inference_steps=options.steps or record.num_inference_steps,
            guidance_scale=guidance,
        )

    @property
    def name(self) -> str:
        """What results must agree on to be told together."""
        record, settings = self.pack.record, self.settings()
        return (
            f"{record.name} {record.revision}, {settings.num_inference_steps} steps,"
            f" guidance {settings.guidance_scale:g}, judges {self.judges.revision}"
            f"{'' if self.options.actors == _ANY_NUMBER else f', actors {self.options.actors}'}"
        )

    def ask(self, scene: int) -> Asked:
        """The scene of that number, drawn as the pack's training clips are."""
        held = self.plan.data.frames_per_pose
        return ask(self.pack.record, scene, frames_per_pose=held, actors=self.options.actors)

    def render_missing(self) -> None:
        """Render and judge what this part still lacks, a line of result each."""
        number, count = self.options.part
        done = {key_of(result) for result in read_results(self.options.out, self.name)}
        for key in _keys(self.options):
            if key[0] % count == number and key not in done:
                result = self._render(key)
                append_result(self.options.out / f"part-{number}-of-{count}.jsonl", result)
                print(f"scene {key[0]} noise {key[1]} {key[2]}: {result.seconds:.1f} s", flush=True)

    def _render(self, key: Key) -> Result:
        scene, seed, condition = key
        asked = self.ask(scene)
        settings = self.settings(seed=scene + seed * 1_000_003)
        start = time.perf_counter()
        frames = make_frames(condition, asked, self.pack, settings)
        seconds = time.perf_counter() - start
        if condition == "regions" and seed == 0 and scene < _KEPT_TAKES:
            path = self._take_path(scene)
            path.parent.mkdir(exist_ok=True)
            np.savez_compressed(path, frames=frames)
        judged = judge(frames, asked, self.judges)
        return Result(
            scene=scene,
            seed=seed,
            condition=condition,
            run=self.name,
            seconds=round(seconds, 3),
            num_actors=len(asked.script.actors),
            **judged.__dict__,
        )

    def _take_path(self, scene: int) -> Path:
        settings = self.settings()
        way = f"{settings.num_inference_steps}-{settings.guidance_scale:g}"
        return self.options.out / "takes" / f"{self.pack.record.revision}-{way}-{scene:03d}.npz"

    def report(self) -> list[Result]:
        """Report on all whole scenes; when none is missing, measure and draw the sheets too."""
        results = read_results(self.options.out, self.name)
        whole = whole_scenes(results, self.options.conditions)
        if self.options.conditions == BINDING_CONDITIONS:
            if whole:
                Binding(self.name, whole).write(self.options.out)
            return results
        complete = {key_of(result) for result in results} >= set(_keys(self.options))
        checks = self._checks() if complete else None
        if complete:
            self._draw_sheets()
        if whole:
            Report(self.name, CONDITIONS, whole, checks).write(self.options.out)
        return results

    def _checks(self) -> Checks:
        path = self.options.out / "checks.json"
        with suppress(OSError, ValidationError):  # not yet measured, or by an older version
            checks = Checks.model_validate_json(path.read_text(encoding="utf-8"))
            if checks.run == self.name:
                return checks
        threads = self.options.timed_threads
        checks = measure(self.pack, self.plan, run=self.name, timed_threads=threads)
        path.write_text(checks.model_dump_json(indent=1) + "\n", encoding="utf-8")
        return checks

    def _draw_sheets(self) -> None:
        out = self.options.out
        asked = [self.ask(scene) for scene in range(min(_KEPT_TAKES, self.options.scenes))]
        takes = [np.load(self._take_path(one.number))["frames"] for one in asked]
        write_blind(out, asked, takes, limit=_BLIND_TAKES, seed=self.name)
        asked, takes = asked[:_SHOWN_TAKES], takes[:_SHOWN_TAKES]
        write_sheet(out / "sheet.png", asked, takes)
        self._draw_nearest(asked, takes)

    def _draw_nearest(self, asked: Sequence[Asked], takes: Sequence[np.ndarray]) -> None:
        count = self.options.compared_clips
        inside = [one.inside() for one in asked]
        nearest, usual = find_nearest(takes, inside, self.plan, num_clips=count)
        own = [
            distance(take, one.clip.frames, pixels)
            for one, take, pixels in zip(asked, takes, inside, strict=True)
        ]
        notes = [
            f"{one.number}: take | nearest of {count} training clips; inside the boxes, distance"
            f" {near.distance:.0f}; to its own drawing {gap:.0f}, to any clip {mean:.0f}"
            for one, near, gap, mean in zip(asked, nearest, own, usual, strict=True)
        ]
        write_nearest(self.options.out / "nearest.png", takes, nearest, notes)


def _keys(options: Options) -> Iterator[Key]:
    for scene in range(options.scenes):
        for seed in range(options.seeds):
            kept = (c for c in options.conditions if seed == 0 or c not in NOISELESS)
            yield from ((scene, seed, condition) for condition in kept)


def run(options: Options, judges: Judge) -> list[Result]:
    """Do what is still missing of this part, then report on all that is there."""
    benchmark = Benchmark(options, judges)
    benchmark.render_missing()
    return benchmark.report()
