"""A loaded pack with a folder: it trains and renders what is not there yet, and keeps all of it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.artifacts import RenderSettings, ScenePrompt
from pipeline.devices import DeviceChoice, choose
from pipeline.diffusion.adapters import RegionalAdapters, uses_of
from pipeline.diffusion.latents import decode, encode
from pipeline.packs.load import Pack, load_pack
from pipeline.progress import finish
from pipeline.render.renderer import render_scene
from pipeline.vision.judges import Judges
from tests.benchmarks.priors.rows import Ledger, Row
from tests.benchmarks.priors.teaching import Taught, teach
from tests.benchmarks.theatre_pack.scenes import read_plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.benchmarks.priors.lessons import Lesson

MOTIONS, LOOKS = ("dances", "spins", "bows"), ("luna", "rusty", "pip")
Verdict = tuple[dict[str, float], dict[str, str]]
"""What was measured, and what the judges said."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for; None = the benchmark's or the pack's own number."""

    out: Path
    motions: tuple[str, ...] = MOTIONS
    looks: tuple[str, ...] = LOOKS
    scenes: int | None = None
    train_steps: int | None = None
    render_steps: int | None = None
    threads: int = 2
    pack: str = "theatre"


@dataclass(frozen=True)
class Order:
    """A take that is wanted; `priors` are those that its prompt binds."""

    prompt: ScenePrompt
    seed: int
    priors: tuple[Taught, ...] = ()
    use_regions: bool = True


class Stage:
    """Trains and renders on a CPU."""

    def __init__(self, options: Options, benchmark: str) -> None:
        device = choose("cpu")
        chosen = DeviceChoice(device.device, device.dtype, device.reason, options.threads)
        self.options, self.benchmark = options, benchmark
        self.pack: Pack = load_pack(options.pack, chosen)
        self.record = self.pack.record
        self.frames_per_pose = read_plan(options.pack).data.frames_per_pose
        self.judges = Judges.load()
        self.taught: list[Taught] = []
        self.rows: list[Row] = []
        self._ledger = Ledger(options.out / f"{benchmark}.jsonl")
        self._trainings = Ledger(options.out / "trainings.jsonl")

    def teach(self, lesson: Lesson) -> Taught:
        """The lesson's adapter: trained, gone on with, or from its file."""
        taught = teach(lesson, self.pack, self.options.out, self._trainings)
        print(f"{lesson.name}: {taught.told}", flush=True)
        self.taught.append(taught)
        return taught

    def judge(
        self,
        order: Order,
        *,
        condition: str,
        subject: str,
        scene: int,
        verdict: Callable[[NDArray[np.uint8]], Verdict],
    ) -> Row:
        """The verdict on a take, from the file or given now."""
        blank = Row(
            benchmark=self.benchmark,
            condition=condition,
            subject=subject,
            scene=scene,
            seed=order.seed,
            made=f"{self._key(order)} {self.judges.revision}",
            numbers={},
        )

        def measure() -> Row:
            start = time.perf_counter()
            frames = self.frames(order)
            seconds = time.perf_counter() - start
            numbers, names = verdict(frames)
            found = {"numbers": numbers, "names": names, "seconds": round(seconds, 3)}
            print(f"{subject}, {condition}, scene {scene}: {numbers} {names}", flush=True)
            return blank.model_copy(update=found)

        row = self._ledger.get(blank, measure)
        self.rows.append(row)
        return row

    def judge_drawn(
        self, *, condition: str, subject: str, scene: int, verdict: Callable[[], Verdict]
    ) -> Row:
        """A verdict on something drawn: what the judges and the scores are worth."""
        blank = Row(
            benchmark=self.benchmark,
            condition=condition,
            subject=subject,
            scene=scene,
            seed=0,
            made=f"{self.record.revision} {self.judges.revision}",
            numbers={},
        )

        def measure() -> Row:
            numbers, names = verdict()
            return blank.model_copy(update={"numbers": numbers, "names": names})

        return self._ledger.get(blank, measure)

    def frames(self, order: Order) -> NDArray[np.uint8]:
        """The take, uint8 (F, H, W, 3), from its file or rendered now."""
        path = self.options.out / "takes" / f"{self._key(order)}.npz"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part.npz")
            np.savez_compressed(partial, frames=self._render(order))
            partial.replace(path)
        return np.load(path)["frames"]

    def coded(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Drawn frames through the pack's autoencoder and back: the best a take can be."""
        return decode(self.pack.vae, encode(self.pack.vae, frames))

    def summary(self) -> str:
        """Which model it was, and what it took, in words."""
        training = sum(taught.row.seconds for taught in self.taught)
        taken = sum(row.seconds for row in self.rows)
        return (
            f"{self.record.name} {self.record.revision}, {self._settings(0).num_inference_steps}"
            f" steps, guidance {self.record.guidance_scale:g}, judges {self.judges.revision};"
            f" {len(self.taught)} trainings in {training / 60:.1f} min,"
            f" {len(self.rows)} takes in {taken / 60:.1f} min, {self.options.threads} threads."
        )

    def _settings(self, seed: int, *, use_regions: bool = True) -> RenderSettings:
        return RenderSettings(
            seed=seed,
            num_inference_steps=self.options.render_steps or self.record.num_inference_steps,
            guidance_scale=self.record.guidance_scale,
            use_regions=use_regions,
        )

    def _key(self, order: Order) -> str:
        settings = self._settings(order.seed, use_regions=order.use_regions)
        told = [order.prompt.model_dump(), settings.model_dump(), self.record.revision]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]

    def _render(self, order: Order) -> NDArray[np.uint8]:
        files = {taught.file.stem: taught.file for taught in order.priors}
        uses = uses_of(order.prompt, files, self.record)
        adapters = RegionalAdapters(self.pack.transformer, uses) if uses else None
        work = render_scene(
            order.prompt,
            model=self.pack,
            clip=self.record,
            settings=self._settings(order.seed, use_regions=order.use_regions),
            adapters=adapters,
        )
        return finish(work).frames
