"""How an endpoint takes questions: found out once by asking, and remembered while we run.

What is tried, from the best down: an answer held to a JSON schema; any JSON object, the schema in
the prompt; plain text in the paper's plan format. Servers that refuse to stream, or do not know
`seed`, are asked without. A form is proven by an answer in JSON: some servers take a form and pass
it over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.plan.llm.options import LlmOptions

Mode = Literal["json_schema", "json_object", "plan_text"]
_BELOW: dict[Mode, Mode] = {"json_schema": "json_object", "json_object": "plan_text"}
FORMATS = re.compile(
    r"response.?format|json.?(?:schema|object|mode)|structured|schema|grammar", re.IGNORECASE
)
"""What a server names that does not take the form of an answer."""
_known: dict[tuple[str, str], Manner] = {}


@dataclass(frozen=True)
class Manner:
    """A way to ask."""

    mode: Mode = "json_schema"
    streamed: bool = True
    seeded: bool = True
    proven: bool = False
    """Whether an answer to `mode` was JSON."""

    def without(self, complaint: str) -> Manner | None:
        """Give the next way to ask after one that was refused with these words; None after all."""
        if self.streamed and re.search(r"\bstream", complaint, re.IGNORECASE):
            return replace(self, streamed=False)
        if self.seeded and re.search(r"\bseed\b", complaint, re.IGNORECASE):
            return replace(self, seeded=False)
        return self.below()

    def below(self) -> Manner | None:
        """Give the way to ask for the next simpler form; None below the simplest."""
        mode = _BELOW.get(self.mode)
        return replace(self, mode=mode, proven=False) if mode else None

    def is_about(self, complaint: str) -> bool:
        """Whether a complaint names what this way asks for, and not a trouble of the moment."""
        return self.without(complaint) != self.below() or bool(FORMATS.search(complaint))


def known_manner(options: LlmOptions) -> Manner:
    """Give the way in which this model at this endpoint was last asked with success."""
    return _known.get((options.base_url, options.model), Manner())


def remember_manner(options: LlmOptions, manner: Manner) -> None:
    """Keep a way to ask that worked, until this process ends."""
    _known[options.base_url, options.model] = manner


def learn_form(options: LlmOptions, mode: Mode, *, is_json: bool) -> None:
    """Learn from an answer to `mode` whether that form is kept; one not proven is given up."""
    known = known_manner(options)
    if mode == known.mode and not known.proven:
        learned = replace(known, proven=True) if is_json else known.below()
        remember_manner(options, learned or known)
