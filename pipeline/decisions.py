"""What the storyteller decided: takes, pictures, and the clips that a motion is learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import Field

from pipeline.artifacts import Take
from pipeline.clips import Candidate, Clip, ClipDecision, Verdict
from pipeline.story import ClipId, Id, Record


class Decisions(Record):
    """The take of each scene that goes into the film, its picture, and the verdict on clips."""

    takes: dict[Id, Id] = Field(default_factory=dict)
    pictures: dict[Id, Id] = Field(default_factory=dict)
    """The picture of the storyteller's own that a scene's boxes are drawn on."""
    clips: dict[Id, dict[ClipId, ClipDecision]] = Field(default_factory=dict)
    """By motion and clip; a clip that nobody has decided on is not there."""
    footage: dict[ClipId, Clip] = Field(default_factory=dict)
    """The clips that boxes were taken from, with their terms."""

    def take_of(self, scene_id: str, takes: Sequence[Take]) -> Take | None:
        """Give the take that goes into the film: the chosen one, else the last; None if none.

        A comparison is the last one only where there is nothing else.
        """
        chosen = self.takes.get(scene_id)
        whole = [take for take in takes if not take.is_comparison] or takes
        return next((take for take in takes if take.id == chosen), whole[-1] if whole else None)

    def clips_of(self, motion_id: str) -> Mapping[str, ClipDecision]:
        """Give the clips that were decided on for a motion, by their ids."""
        return self.clips.get(motion_id, {})

    def with_verdict(
        self, motion_id: str, candidate: Candidate, verdict: Verdict | None
    ) -> Decisions:
        """Give the decisions with one more on a clip, or with that one taken back (None)."""
        kept = dict(self.clips_of(motion_id))
        kept.pop(candidate.clip.id, None)
        if verdict is not None:
            kept[candidate.clip.id] = ClipDecision(
                verdict=verdict,
                clip=candidate.clip,
                track=candidate.track,
                crop=candidate.crop,
                decided=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        return self.model_copy(update={"clips": {**self.clips, motion_id: kept}})
