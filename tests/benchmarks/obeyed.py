"""Whether a take obeys its boxes, in the eyes of the judges."""

from __future__ import annotations

import numpy as np

from pipeline.artifacts import Take
from pipeline.vision.frames import read_frames
from pipeline.vision.judges import Judges
from pipeline.workspace import Project
from tests.benchmarks.theatre_pack.judging import match
from tests.benchmarks.theatre_pack.scenes import keyframes


def obeyed_share(project: Project, take: Take, judges: Judges) -> float:
    """Give the share (0..1) of the take's boxes, over the keyframes, with a figure in them."""
    middles = [span[len(span) // 2] for span in keyframes(take.num_frames)]
    found = judges.find(read_frames(project.take_video(take), middles))
    asked = kept = 0
    for keyframe, seen in enumerate(found):
        boxes = [region.boxes[keyframe] for region in take.prompt.regions]
        there = np.array([box.as_list() for box in boxes if box is not None])
        asked += len(there)
        kept += len(match(seen, there.clip(0, 1))) if len(there) else 0
    return kept / max(1, asked)
