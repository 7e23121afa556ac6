"""What a good model answers: a story of five scenes and their places, no two numbers alike."""

from __future__ import annotations

import copy
import json
from typing import Any

KEY = "sk-tests-0123456789abcdef"
IDEA = "Mia and a robot look for a lost kite on a windy beach"

STORY: dict[str, Any] = {
    "title": "Der verlorene Drachen",
    "language": "de",
    "cast": [
        {"id": "mia", "name": "Mia", "kind": "girl", "look": "a girl in a red coat"},
        {"id": "bolt", "name": "Bolt", "kind": "robot", "look": "a small blue robot"},
    ],
    "motions": [
        {"id": "walks", "words": "walks", "locomotion": True},
        {"id": "waves", "words": "waves", "locomotion": False},
    ],
    "scenes": [
        {
            "title": f"Teil {number}",
            "setting": setting,
            "background": f"{setting} under grey clouds",
            "narration": f"Mia sucht ihren Drachen, Teil {number}.",
            "shot_size": shot,
            "camera": "still",
            "acts": [
                {"character_id": "mia", "motion_id": "walks"},
                {"character_id": "bolt", "motion_id": "waves"},
            ][:: -1 if number == 3 else 1],
        }
        for number, (setting, shot) in enumerate(
            [
                ("a windy beach", "wide"),
                ("a dune", "full"),
                ("a pier", "medium"),
                ("a lighthouse", "full"),
                ("a meadow", "close"),
            ],
            start=1,
        )
    ],
}


def keys(
    left: int, *, step: int = 0, top: int = 31, width: int = 29, bottom: int = 87
) -> list[Any]:
    """Six boxes, each `step` percent further right."""
    return [
        {
            "keyframe": k + 1,
            "left": left + k * step,
            "top": top,
            "right": left + width + k * step,
            "bottom": bottom,
        }
        for k in range(6)
    ]


PLAN: dict[str, Any] = {
    "thoughts": "Mia walks on the left, Bolt stays on the right.",
    "regions": [
        {
            "id": "mia-walks",
            "character_id": "mia",
            "motion_id": "walks",
            "description": "a girl in a red coat walks",
            "keyframes": keys(3, step=5),
        },
        {
            "id": "bolt-waves",
            "character_id": "bolt",
            "motion_id": "waves",
            "description": "a small blue robot waves",
            "keyframes": keys(66, top=37, width=27, bottom=86),
        },
    ],
    "overlaps": [],
}


def story(**changes: object) -> str:
    """The answer of the story level, some of its fields changed."""
    return json.dumps({**STORY, **changes}, ensure_ascii=False)


def plan(**changes: object) -> str:
    """The answer of the scene level; `mia` and `bolt` change these regions."""
    told = copy.deepcopy(PLAN)
    told["regions"][0] |= changes.pop("mia", {})
    told["regions"][1] |= changes.pop("bolt", {})
    return json.dumps({**told, **changes})


def plan_text() -> str:
    """The answer of the scene level in the paper's format."""
    lines = ["Mia walks on the left.", "Background: a windy beach under grey clouds"]
    for k in range(6):
        left = 0.03 + 0.05 * k
        mia = (
            f'[["mia", "walks", "a girl in a red coat walks"], [{left}, 0.31, {left + 0.29}, 0.87]]'
        )
        bolt = '[["bolt", "waves", "a small blue robot waves"], [0.66, 0.37, 0.93, 0.86]]'
        lines.append(f"Frame_{k + 1}: {mia}, {bolt}")
    return "\n".join(lines)
