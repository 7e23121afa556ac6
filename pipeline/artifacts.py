"""What the stages leave behind: casting, take, timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipeline.story import Box, Id, Record, Revision


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1970 <= moment.year < 9999:
        raise ValueError("a date and time of our days with its zone is needed")
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""Date and time, ISO 8601 with its zone, years 1970 to 9998."""
Side = Annotated[int, Field(gt=0, le=4096)]
"""Width or height of a video in pixels."""
Facing = Literal["left", "right"]
MotionState = Literal["known", "learned", "to_learn"]
"""known: the pack plays it; learned: a prior does; to_learn: its clips wait to be learned from."""


class Part(Record):
    """Who plays a character in a pack with a closed troupe."""

    character_id: Id
    kind: str
    colour: str
    exact: bool
    """Whether the pack plays the character as written, or someone stands in for it."""
    note: str = ""
    """What to tell the storyteller: 'the dragon is played by the green robot'."""


class MotionPart(Record):
    """Which motion of the pack stands for a motion of the story."""

    motion_id: Id
    motion: str
    exact: bool
    note: str = ""
    state: MotionState = "known"


class PlacePart(Record):
    """Which backdrop of the pack stands for a scene's setting."""

    scene_id: Id
    backdrop: str
    exact: bool
    note: str = ""


class Casting(Record):
    """Per pack, beside the story: who plays whom, how, and where (`casting.json`)."""

    schema_version: Literal[1] = 1
    pack: str
    parts: tuple[Part, ...] = ()
    motions: tuple[MotionPart, ...] = ()
    places: tuple[PlacePart, ...] = ()

    def part_of(self, character_id: str | None) -> Part | None:
        """Give who plays a character; None if nobody does."""
        return next((part for part in self.parts if part.character_id == character_id), None)

    def notes(self) -> list[str]:
        """Give what was cast differently from the story's words, each sentence once."""
        parts = (*self.parts, *self.motions, *self.places)
        return list(dict.fromkeys(part.note for part in parts if part.note))


class PlanAttempt(Record):
    """One answer of a planner's model, and what was wrong with it."""

    level: Literal["story", "scene"]
    scene_id: str | None = None
    number: int = Field(ge=1)
    mode: str
    """How the answer was asked for: 'json_schema', 'json_object' or 'plan_text'."""
    seconds: float = Field(ge=0)
    answer: str = ""
    """What the model said, as it said it."""
    problems: tuple[str, ...] = ()
    """What was wrong with it; none = it was taken."""


class PlanRecord(Record):
    """How a story was planned (`planning.json` beside it)."""

    schema_version: Literal[1] = 1
    planner: Literal["builtin", "openai", "import"]
    idea: str = ""
    seed: int = 0
    model: str = ""
    endpoint: str = ""
    """Host of the endpoint; no key, no query."""
    prompts: str = ""
    """Version of the prompts' files."""
    attempts: tuple[PlanAttempt, ...] = ()
    repairs: tuple[str, ...] = ()
    """What was changed after the last answer, one sentence each."""


class RegionPrompt(Record):
    """The words and boxes of one region as the model gets them."""

    region_id: Id
    text: str
    boxes: tuple[Box | None, ...]


class ScenePrompt(Record):
    """A scene ready for a pack: region texts, background text, what was substituted."""

    scene_id: Id
    regions: tuple[RegionPrompt, ...]
    background: str
    substitutions: tuple[str, ...] = ()


class RenderSettings(Record):
    """How a take is rendered. Words as in diffusers."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    num_inference_steps: Annotated[int, Field(ge=1, le=200)] = 20
    guidance_scale: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 4.0


class Take(Record):
    """One render of a scene; `takes/<scene>/<take>.json` beside the film clip of that name."""

    schema_version: Literal[1] = 1
    id: Id
    scene_id: Id
    pack: str
    pack_revision: str
    settings: RenderSettings
    prompt: ScenePrompt
    num_frames: int = Field(gt=0, le=10_000)
    fps: int = Field(gt=0, le=240)
    width: Side
    height: Side
    seconds_taken: float = Field(ge=0, le=1e7, allow_inf_nan=False)
    story_revision: Revision
    created: Moment


class Cut(Record):
    """A take's place in the film: its own frames, then its last frame held."""

    scene_id: Id
    take_id: Id
    num_frames: int = Field(gt=0)
    hold_frames: int = Field(ge=0)
    narration: str = ""


class Timeline(Record):
    """The chosen takes in order, at one frame rate."""

    schema_version: Literal[1] = 1
    title: str
    fps: int = Field(gt=0)
    cuts: tuple[Cut, ...] = Field(min_length=1)
