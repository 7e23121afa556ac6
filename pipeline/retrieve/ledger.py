"""What a search says of its own steps: how many clips each one kept, and which it dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.clips import Candidate, DropStage, StageCount


@dataclass(frozen=True)
class Ledger:
    """Filled in by the steps of one search, in their order."""

    counts: list[StageCount] = field(default_factory=list)
    dropped: list[Candidate] = field(default_factory=list)

    def count(self, stage: str, kept: Sequence[object]) -> None:
        """Note how many clips a step kept."""
        self.counts.append(StageCount(stage=stage, kept=len(kept)))

    def drop(self, candidates: Iterable[Candidate], stage: DropStage, reason: str) -> None:
        """Note candidates that a step dropped, and why."""
        update = {"stage": stage, "reason": reason}
        self.dropped.extend(one.model_copy(update=update) for one in candidates)

    def dropped_beside(self, kept: Iterable[Candidate]) -> tuple[Candidate, ...]:
        """Give what was dropped and not kept another way, each clip once, with its first reason."""
        there = {one.clip.id for one in kept}
        first = {one.clip.id: one for one in reversed(self.dropped)}
        return tuple(
            first[id_]
            for id_ in dict.fromkeys(one.clip.id for one in self.dropped)
            if id_ not in there
        )
