"""How an endpoint takes questions: found out once by asking, and remembered while we run.

What is tried, from the best down: an answer held to a JSON schema; any JSON object, the schema in
the prompt; plain text in the paper's plan format. Servers that refuse to stream, or do not know
`seed`, are asked without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.plan.llm.options import LlmOptions

Mode = Literal["json_schema", "json_object", "plan_text"]
_BELOW: dict[Mode, Mode] = {"json_schema": "json_object", "json_object": "plan_text"}
_known: dict[tuple[str, str], Manner] = {}


@dataclass(frozen=True)
class Manner:
    """A way to ask."""

    mode: Mode = "json_schema"
    streamed: bool = True
    seeded: bool = True

    def without(self, complaint: str) -> Manner | None:
        """Give the next way to ask after one that was refused with these words; None after all."""
        if self.streamed and re.search(r"\bstream", complaint, re.IGNORECASE):
            return replace(self, streamed=False)
        if self.seeded and re.search(r"\bseed\b", complaint, re.IGNORECASE):
            return replace(self, seeded=False)
        below = _BELOW.get(self.mode)
        return replace(self, mode=below) if below else None


def known_manner(options: LlmOptions) -> Manner:
    """Give the way in which this model at this endpoint was last asked with success."""
    return _known.get((options.base_url, options.model), Manner())


def remember_manner(options: LlmOptions, manner: Manner) -> None:
    """Keep a way to ask that worked, until this process ends."""
    _known[options.base_url, options.model] = manner
