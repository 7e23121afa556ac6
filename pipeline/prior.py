"""Learned looks and motions as records: how one is trained, what from, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.artifacts import Moment
from pipeline.clips import Crop, Track
from pipeline.story import Id, Record

PriorKind = Literal["character", "motion"]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hex."""
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
"""Key of a prior in the store: made of all that its weights follow from."""
Words = Annotated[str, Field(max_length=4000)]
Steps = Annotated[int, Field(ge=1, le=20_000)]


class TrainSettings(Record):
    """How a prior is trained. Words as in diffusers and peft; sizes None = the pack's own."""

    recipe: Annotated[str, Field(max_length=40)] = "own"
    """Which recipe the values come from: 'own' (the pack's), 'paper', 'quick'."""
    steps: Steps = 500
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 5e-4
    schedule: Literal["constant", "cosine"] = "constant"
    warmup_steps: Annotated[int, Field(ge=0, le=10_000)] = 0
    batch_size: Annotated[int, Field(ge=1, le=64)] = 1
    rank: Annotated[int, Field(ge=1, le=256)] = 32
    alpha: Annotated[float, Field(gt=0, le=1024, allow_inf_nan=False)] = 32.0
    dropout: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.1
    weight_decay: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1e-4
    max_grad_norm: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    """Gradients are clipped to this norm; 0 = never, as the paper's code."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    blocks: Literal["interleaved", "halves"] = "interleaved"
    """interleaved: motions on blocks 0, 2, ..., characters on 1, 3, ... (paper, section 3.3);
    halves: motions on the front half, characters on the back half (its Table 6)."""
    prompts: Literal["each", "shared", "none"] = "each"
    """One text per clip or picture, one for all of them, or no text."""
    debias: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 1.0
    """Weight of the appearance-debiased loss L_ad beside L_org; 0 = without."""
    form: Literal["caption", "regions"] = "caption"
    """caption: one text for the whole picture, and the adapter acts on all of it (the paper);
    regions: as scenes are rendered, the actor's words and the adapter on the actor's box."""
    cropped: bool = True
    """Whether clips are cut out around their actor, where such a crop was approved."""
    aligned: bool = False
    """Whether the windows of all clips begin at the same moment of the movement."""
    min_timestep: Annotated[int, Field(ge=0, lt=1000)] = 0
    """Of 1000: below it nothing is trained, and the adapter is off in renders. What moves is
    settled in the noise above, how it looks in detail below."""
    guided: bool = False
    """Whether the adapter, in renders, is off where there is no text, so that guidance adds to it
    as it adds to the words. Trained with words alone, it would act there just the same."""
    still: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 1.0
    """Of a guided one, how much counts in renders that it changes alike in all frames: looks."""
    moving: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 1.0
    """Of a guided one, how much counts that it changes between frames: movements."""
    appearance: bool = False
    """Whether each clip gets a spatial adapter of its own beside, for its looks to go there."""
    pictures: Literal["video", "latent"] = "video"
    """A picture as a still video, loss on one latent frame; or as a single latent (cheap)."""
    background: Literal["keep", "remove"] = "keep"
    """What is around the figure of a picture."""
    num_frames: Annotated[int, Field(ge=1, le=1000)] | None = None
    height_px: Annotated[int, Field(ge=16, le=2048)] | None = None
    width_px: Annotated[int, Field(ge=16, le=2048)] | None = None
    checkpointing: bool | None = None
    """Gradient checkpointing; None = where the model is large."""
    sample_every: Annotated[int, Field(ge=0, le=20_000)] = 100
    """Steps between preview samples; 0 = only when asked. No part of the key."""


class Source(Record):
    """One clip or picture that a prior is learned from."""

    kind: Literal["clip", "picture"]
    name: Words
    """What people call it: a file's name, a caption."""
    sha256: Hash
    """Of the source file."""
    prompt: Words
    """The text it is shown with; empty = none."""
    licence: Words = ""
    credit: Words = ""
    surroundings: Words = ""
    """The text of what is around the actor, where it is learned in regions."""
    crop: Crop | None = None
    """The window that follows the clip's actor; None = the whole frame."""
    track: Track | None = None
    """Where the clip's actor is, where it is learned in regions."""


class PriorPlan(Record):
    """All that a prior's weights follow from, but for the pictures themselves."""

    kind: PriorKind
    words: Annotated[str, Field(min_length=1, max_length=200)]
    """The motion's words, or the character's name."""
    figure: Annotated[str, Field(max_length=200)] = ""
    """A character's kind: 'witch'."""
    trigger: Annotated[str, Field(max_length=200)]
    """The word or words in its texts that call what is learned."""
    pack: str
    pack_revision: str
    settings: TrainSettings
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=64)]


class LossPoint(Record):
    """The mean losses over the steps up to one; `loss` is L_org, of a look L_spatial."""

    step: int = Field(ge=1)
    loss: Annotated[float, Field(allow_inf_nan=False)]
    debiased: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """L_ad's part, before its weight; None where it is not used."""


class Prior(Record):
    """A learned look or motion; `priors/<key>/prior.json` beside its `adapter.safetensors`."""

    schema_version: Literal[1] = 1
    key: Id
    kind: PriorKind
    words: str
    figure: str = ""
    trigger: str
    pack: str
    pack_revision: str
    rank: int = Field(ge=1)
    alpha: float = Field(ge=0)
    blocks: tuple[Annotated[int, Field(ge=0)], ...]
    sha256: Hash
    """Of the adapter's file."""
    plan: PriorPlan | None = None
    """How it was trained; None = it was brought in from elsewhere."""
    steps: int = Field(ge=0)
    """Steps it was trained; fewer than its settings' where it was stopped and kept."""
    losses: tuple[LossPoint, ...] = ()
    samples: tuple[int, ...] = ()
    """Steps of which `samples/<step>.webp` shows a preview."""
    origin: Words = ""
    """Where an imported one comes from: the file's name, what its metadata says."""
    licence: Words = ""
    seconds_taken: float = Field(default=0.0, ge=0)
    device: str = ""
    code_version: str = ""
    created: Moment
    title: str = ""
    """The story it was first learned in."""
