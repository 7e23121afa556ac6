"""A language model for the page's tests: a good one, until a test says otherwise."""

from __future__ import annotations

import json

from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.asking import good
from tests.pipeline.plan.llm.chat_server import Asked, Reply, Says, Script

NIGHT = "a windy beach at night"


class Model:
    """What a chat server says; `says` may be changed while it serves."""

    def __init__(self) -> None:
        self.says: Script = obliging

    def __call__(self, asked: Asked) -> Reply:
        return self.says(asked)


def obliging(asked: Asked) -> Reply:
    """Plan as it is asked to; a scene that is planned anew plays at night."""
    return Says(replan()) if asked.what == "replan" else good(asked)


def replan() -> str:
    """The answer to a note on a scene."""
    scene = {name: words for name, words in told.STORY["scenes"][0].items() if name != "acts"}
    return json.dumps(
        {
            "scene": {**scene, "setting": NIGHT, "background": f"{NIGHT}, under stars"},
            "new_characters": [],
            "new_motions": [],
            "plan": json.loads(told.plan()),
        }
    )
