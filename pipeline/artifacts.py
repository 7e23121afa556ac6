"""What the stages leave behind: casting, prompts, takes with their reports, timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.story import NUM_KEYFRAMES, Box, Id, Record, Revision


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


class Learned(Record):
    """The learned look of a character or a learned motion that a story uses, in one pack."""

    character_id: Id | None = None
    motion_id: Id | None = None
    prior: Id | None
    """Its key in the store; None = none is wanted, even where one would fit."""
    trigger: str = ""
    """The word that calls it in the regions' texts; empty where the prior is not there."""
    chosen: bool = False
    """Whether the storyteller chose it; else it was found by its words and may change."""
    note: str = ""
    """What to tell the storyteller where it cannot be used."""


class Casting(Record):
    """Per pack, beside the story: who plays whom, how, and where (`casting.json`)."""

    schema_version: Literal[1] = 1
    pack: str
    parts: tuple[Part, ...] = ()
    motions: tuple[MotionPart, ...] = ()
    places: tuple[PlacePart, ...] = ()
    learned: tuple[Learned, ...] = ()

    def learned_of(
        self, *, character_id: str | None = None, motion_id: str | None = None
    ) -> Learned | None:
        """Give what was learned of a character or of a motion; None if nothing is used."""
        wanted = (character_id, motion_id)
        used = (one for one in self.learned if one.prior and one.trigger)
        return next((one for one in used if (one.character_id, one.motion_id) == wanted), None)

    def part_of(self, character_id: str | None) -> Part | None:
        """Give who plays a character; None if nobody does."""
        return next((part for part in self.parts if part.character_id == character_id), None)

    def notes(self) -> list[str]:
        """Give what was cast differently from the story's words, each sentence once.

        Nobody and nothing stands in for what was learned.
        """
        parts = [p for p in self.parts if not self.learned_of(character_id=p.character_id)]
        motions = [m for m in self.motions if not self.learned_of(motion_id=m.motion_id)]
        told = (*parts, *motions, *self.places, *self.learned)
        return list(dict.fromkeys(one.note for one in told if one.note))


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
    """At the six keyframes; None where the region is absent."""
    held: tuple[int, ...] = ()
    """The keyframes whose box stays until the next one, where others go on towards it."""


class OverlapPrompt(Record):
    """Words for the cells that all of these regions share, in place of their own texts there."""

    region_ids: tuple[Id, ...]
    text: str


class PriorBinding(Record):
    """A learned look or motion, and the regions it works in; ids join them, never words."""

    prior: Id
    """Name of the adapter: the key of the prior in the store."""
    kind: Literal["character", "motion"]
    region_ids: tuple[Id, ...]
    scale: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] = 1.0
    from_keyframe: int = Field(default=0, ge=0, lt=NUM_KEYFRAMES)
    to_keyframe: int = Field(default=NUM_KEYFRAMES - 1, ge=0, lt=NUM_KEYFRAMES)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_keyframe > self.to_keyframe:
            raise ValueError("from_keyframe lies after to_keyframe")
        return self


class ScenePrompt(Record):
    """A scene ready for a pack: region texts, background text, what was substituted."""

    scene_id: Id
    regions: tuple[RegionPrompt, ...]
    background: str
    overlaps: tuple[OverlapPrompt, ...] = ()
    caption: str = ""
    """The whole scene in one text, for rendering without regions."""
    priors: tuple[PriorBinding, ...] = ()
    substitutions: tuple[str, ...] = ()


BoxTiming = Literal["interpolate", "hold", "reference"]
"""Boxes between keyframes: on their way, held over the keyframe's latents, or as the paper's code
does it (held, two latents each, negative edges read from the other side)."""
AttentionMethod = Literal["auto", "classes", "lse"]
FrameSide = Annotated[int, Field(ge=16, le=2048)]


class RenderSettings(Record):
    """How a take is rendered. Words as in diffusers; None stands for the pack's own."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    num_inference_steps: Annotated[int, Field(ge=1, le=200)] = 20
    guidance_scale: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 4.0
    negative_prompt: Annotated[str, Field(max_length=4000)] = ""
    scheduler: Literal["ddim", "dpm"] | None = None
    num_frames: Annotated[int, Field(ge=1, le=1000)] | None = None
    height_px: FrameSide | None = None
    width_px: FrameSide | None = None
    box_timing: BoxTiming | None = None
    use_regions: bool = True
    """False renders the scene's caption alone, as the plain model would."""
    use_priors: bool = True
    attention: AttentionMethod = "auto"


class Timings(Record):
    """Seconds that the parts of a render took; a resumed one counts all its runs."""

    text: float = Field(default=0.0, ge=0)
    denoise: float = Field(default=0.0, ge=0)
    decode: float = Field(default=0.0, ge=0)
    report: float = Field(default=0.0, ge=0)


class AppliedPrior(Record):
    """A prior that a take was rendered with: which file it was, and where it worked."""

    binding: PriorBinding
    sha256: str


Mark = Literal["on its mark", "near", "missed"]


class KeyframeReport(Record):
    """A region at a keyframe: the box asked for and the one seen in the take."""

    keyframe: int = Field(ge=0, lt=NUM_KEYFRAMES)
    asked: Box
    """Clipped to the frame."""
    seen: Box | None
    """None = nothing like it was found."""
    iou: float = Field(ge=0, le=1)
    """0 where nothing was found."""
    centre_distance: float | None = None
    """Between the boxes' centres, in frame diagonals; None where nothing was found."""
    mark: Mark


class RegionReport(Record):
    """How well a region was obeyed at the keyframes where that can be said."""

    region_id: Id
    words: str
    keyframes: tuple[KeyframeReport, ...] = ()
    not_measured: str = ""
    """Why nothing is said of it; empty = it was measured."""


class TakeReport(Record):
    """Boxes asked against boxes seen; `detector` says who looked."""

    detector: str
    regions: tuple[RegionReport, ...]
    not_measured: str = ""
    """Why nothing is said of the whole take; empty = it was looked at."""


class Take(Record):
    """One render of a scene; `takes/<scene>/<take>.json` beside the film clip of that name.

    The same record, as JSON, stands in the MP4's own `comment`.
    """

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
    device: str = ""
    """What it ran on: 'cpu, bfloat16'."""
    attention: str = ""
    """How region attention was computed, and why so."""
    placement: str = ""
    """Where the model's parts lay while they were not used."""
    timings: Timings | None = None
    priors: tuple[AppliedPrior, ...] = ()
    report: TakeReport | None = None
    """None = nobody has looked yet."""
    versions: dict[str, str] = Field(default_factory=dict)

    @property
    def is_comparison(self) -> bool:
        """Whether boxes or learned looks were left out, to see what they do."""
        return not (self.settings.use_regions and self.settings.use_priors)


class Card(Record):
    """Words on paper before or after the film."""

    title: str = ""
    lines: tuple[str, ...] = ()
    num_frames: int = Field(gt=0)


Join = Literal["cut", "crossfade"]
FilmRate = Literal["takes", "held", "smooth"]
"""takes: the takes' own; held: 24 frames a second, each picture shown as often as that takes;
smooth: 24, with the pictures in between drawn by ffmpeg."""
Subtitles = Literal["off", "track", "burnt"]
"""track: beside the picture, to be switched off; burnt: in the picture too."""


class FilmSettings(Record):
    """How takes become a film."""

    transition: Join = "cut"
    """How scenes follow each other where they do not say it themselves."""
    transition_seconds: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] = 0.5
    title_card: bool = False
    byline: Annotated[str, Field(max_length=120)] = ""
    """The line under the title on its card."""
    end_card: bool = False
    subtitles: Subtitles = "track"
    rate: FilmRate = "held"


class Cut(Record):
    """A take's place in the film: its frames at the film's rate, then its last frame held."""

    scene_id: Id
    take_id: Id
    from_frame: int = Field(default=0, ge=0)
    """The first frame of the take that is shown, at the take's rate."""
    to_frame: int | None = Field(default=None, gt=0)
    """The frame of the take that is shown no more; None = all are, to its end."""
    num_frames: int = Field(gt=0)
    hold_frames: int = Field(ge=0)
    fade_frames: int | None = Field(default=None, ge=0)
    """Frames shared with the part after it; None = as many as all others."""
    narration: str = ""
    voice: Id | None = None
    """The recording that is heard with it."""
    spoken_frames: int = Field(default=0, ge=0)
    """How long the recording is."""


class Timeline(Record):
    """The chosen takes in order, at one frame rate."""

    schema_version: Literal[1] = 1
    title: str
    fps: int = Field(gt=0)
    cuts: tuple[Cut, ...] = Field(min_length=1)
    transition_frames: int = Field(default=0, ge=0)
    """Frames that two neighbouring parts share while one fades into the other; 0 = hard cuts."""
    title_card: Card | None = None
    end_card: Card | None = None
    interpolated: bool = False
    """Whether pictures between those of the takes are drawn by ffmpeg."""
    burn_subtitles: bool = False
    """Whether the narration is drawn into the picture, beside the track that can be switched."""
