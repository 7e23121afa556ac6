"""The settings of published work, by name, for renders that are to be compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline.artifacts import BoxTiming, RegionPrompt, ScenePrompt
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.settings import Settings
from pipeline.story import Record

EVENT_BACKGROUND = "the background of the event: "
"""How the background of every plan of T2V-CompBench begins; the rest is the whole event."""


class Recipe(Record):
    """A pack, and how scenes are rendered with it; the fields as in `RenderSettings`.

    The paper's code encodes every plan's background with its first words, and unites the boxes of
    equal captions to one region; so does `as_published`.
    """

    pack: str
    num_frames: int = 48
    height_px: int = 480
    width_px: int = 720
    scheduler: str = "dpm"
    num_inference_steps: int = 50
    guidance_scale: float = 9.0
    box_timing: BoxTiming = "reference"
    prior_rank: int = 32
    """Of learned looks and motions; their alpha is the same."""

    def changes(self) -> dict[str, Any]:
        """What it changes in a pack's render settings, by name."""
        return self.model_dump(exclude={"pack", "prior_rank"})


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "dreamrunner-2b": Recipe(pack="cogvideox-2b"),
        "dreamrunner-5b": Recipe(pack="cogvideox-5b"),
    }
)
"""As the published code of DreamRunner renders: 48 frames are 12 latents, two for a keyframe."""


def find_recipe(name: str) -> Recipe:
    """Give the recipe of that name.

    Raises:
        InputError: there is none; the hint names those there are.
    """
    if name not in RECIPES:
        known = ", ".join(RECIPES)
        raise InputError(f"there is no recipe {name!r}", hint=f"The recipes are: {known}.")
    return RECIPES[name]


def settings_for(recipe: Recipe, settings: Settings) -> Settings:
    """Give the settings with the recipe's pack; a folder that holds that very pack stays."""
    if load_record(settings.pack).name == recipe.pack:
        return settings
    return replace(settings, pack=recipe.pack)


def as_published(prompt: ScenePrompt, event: str) -> ScenePrompt:
    """Give the prompt of an imported plan with the texts and regions of the paper's code.

    `event` is what the plan's background says after `EVENT_BACKGROUND`, empty if it does not
    begin so; without boxes it is the whole prompt. Equal captions that stand twice in one keyframe
    stay two regions: a region has one box at a time.
    """
    regions: list[RegionPrompt] = []
    for region in prompt.regions:
        at = next((n for n, one in enumerate(regions) if _fit_together(one, region)), None)
        if at is None:
            regions.append(region)
        else:
            regions[at] = _united(regions[at], region)
    texts = {"background": f"{EVENT_BACKGROUND}{event}", "caption": event} if event else {}
    return prompt.model_copy(update={"regions": tuple(regions), **texts})


def _fit_together(one: RegionPrompt, other: RegionPrompt) -> bool:
    pairs = zip(one.boxes, other.boxes, strict=True)
    return one.text == other.text and not any(a and b for a, b in pairs)


def _united(one: RegionPrompt, other: RegionPrompt) -> RegionPrompt:
    boxes = tuple(a or b for a, b in zip(one.boxes, other.boxes, strict=True))
    held = tuple(sorted({*one.held, *other.held}))
    return one.model_copy(update={"boxes": boxes, "held": held})
