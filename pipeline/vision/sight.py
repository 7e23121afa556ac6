"""The three models that look at clips: who is where, what a picture shows, what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.vision.encoders import VideoEncoder
    from pipeline.vision.tracking import Tracker


@dataclass(frozen=True)
class Sight:
    """A tracker, a cheap encoder that sees single frames, and a heavier one that sees motion."""

    tracker: Tracker
    clip: VideoEncoder
    video_text: VideoEncoder

    @property
    def ids(self) -> tuple[str, str, str]:
        """Give what the models are called, with the hash of their weights."""
        return self.tracker.id, self.clip.id, self.video_text.id
