"""The verdict on every figure of a take: is it who and does it do what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tests.benchmarks.priors.scoring import LookScale, change, look_scale
from tests.benchmarks.priors.stage import Order, Stage, Verdict
from tests.benchmarks.priors.watching import Watched, watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.theatre.script import Actor
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.scenes import Scene


@dataclass
class Eye:
    """Judges takes of a scene.

    Attributes:
        stage: whose judges look.
        scene: what was asked for, as it is drawn.
        looks: numbers of the figures whose looks were learned: they are scored.
        changed: number of the figure in whose region alone priors work: changes are measured.
    """

    stage: Stage
    scene: Scene
    looks: tuple[int, ...] = ()
    changed: int | None = None

    def judge(self, order: Order, condition: str, subject: str) -> Row:
        """The verdict on a take, given now or before.

        Numbers end with the figure's: `motion0` is 1 where the first one's motion is right,
        `kind0`, `colour0` and `bound0` (both) are shares of frames, `score0` with its parts is of
        a learned look, `anywhere0` the share of frames in which one of that kind and colour is
        anywhere. Of two figures, `stray0` is how much of the other's paint the first one
        has, and `swapped0` 1 where it does what the other was asked to. `inside` and `outside`
        say how much the priors changed there.
        """
        return self.stage.judge(
            order,
            condition=condition,
            subject=subject,
            scene=self.scene.number,
            verdict=lambda frames: self._verdict(frames, order),
        )

    def judge_drawn(self, condition: str, subject: str, *, coded: bool) -> Row:
        """The verdict on the scene as it is drawn, or as the pack's autoencoder leaves that."""

        def verdict() -> Verdict:
            frames = self._draw()
            return self._look_at(self.stage.coded(frames) if coded else frames)

        return self.stage.judge_drawn(
            condition=condition, subject=subject, scene=self.scene.number, verdict=verdict
        )

    @cached_property
    def _scales(self) -> dict[int, LookScale]:
        held = self.stage.frames_per_pose
        return {
            number: look_scale(self.scene, number, self.stage.record, frames_per_pose=held)
            for number in self.looks
        }

    def _draw(self) -> NDArray[np.uint8]:
        held = self.stage.frames_per_pose
        return self.scene.draw(self.stage.record, frames_per_pose=held).frames

    def _verdict(self, frames: NDArray[np.uint8], order: Order) -> Verdict:
        numbers, names = self._look_at(frames)
        if self.changed is not None and order.priors:
            unlearned = order.prompt.model_copy(update={"priors": ()})
            before = self.stage.frames(Order(unlearned, order.seed))
            boxes = self.scene.boxes[self.changed : self.changed + 1]
            inside, outside = change(before, frames, boxes, self.stage.record)
            numbers |= {"inside": round(inside, 3), "outside": round(outside, 3)}
        return numbers, names

    def _look_at(self, frames: NDArray[np.uint8]) -> Verdict:
        view = watch(frames, self.scene.boxes, self.stage.judges)
        numbers = {
            "backdrop": float(view.backdrop == self.scene.script.backdrop),
            "extra": float(view.extra),
        }
        for number, figure in enumerate(view.figures):
            actor = self.scene.script.actors[number]
            found = self._of(figure, number) | self._of_look(frames, figure, number)
            found["anywhere"] = view.share_of(actor.kind, actor.colour)
            numbers |= {f"{name}{number}": round(value, 3) for name, value in found.items()}
        return numbers, {f"motion{n}": figure.motion for n, figure in enumerate(view.figures)}

    def _of(self, figure: Watched, number: int) -> dict[str, float]:
        actors = self.scene.script.actors
        actor: Actor = actors[number]
        kind, colour, both = figure.share_of(actor.kind, actor.colour)
        right = float(figure.motion == actor.motion)
        found = {"kind": kind, "colour": colour, "bound": both, "motion": right}
        if len(actors) == 2 and actors[1 - number].motion != actor.motion:
            found["swapped"] = float(figure.motion == actors[1 - number].motion)
        return found

    def _of_look(self, frames: NDArray[np.uint8], figure: Watched, number: int) -> dict[str, float]:
        if number not in self._scales:
            return {}
        found = self._scales[number].score(frames, figure)
        if len(self._scales) == 2:
            found["stray"] = self._scales[number].stray(frames, self._scales[1 - number])
        return found
