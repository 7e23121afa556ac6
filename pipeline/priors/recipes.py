"""Recipes: how a prior is trained, as settings that a pack's size makes whole. No torch."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import ValidationError

from pipeline.diffusion.model import ClipFormat
from pipeline.errors import InputError
from pipeline.files import setting_error
from pipeline.prior import PriorKind, TrainSettings

Recipe = Literal["own", "paper", "quick"]
RECIPES: tuple[Recipe, ...] = get_args(Recipe)
_QUICK_STEPS = 150


def settings_of(
    clip: ClipFormat,
    kind: PriorKind,
    recipe: str = "own",
    *,
    own: TrainSettings | None = None,
    **changes: object,
) -> TrainSettings:
    """Give the settings of a recipe, with changes; None stands for the recipe's value.

    'own' is the pack's, or the paper's where it has none. 'paper' is what the paper's published
    configuration says: 500 steps of AdamW at 5e-4, rank 32, whole clips, pictures as still videos.
    'quick' is for small cards: half the frames and half the size, 150 steps, pictures as single
    latents.

    Raises:
        InputError: there is no such recipe, or a value is out of range.
    """
    if recipe not in RECIPES:
        raise InputError(
            f"there is no recipe {recipe[:40]!r}", hint=f"There are: {', '.join(RECIPES)}."
        )
    base = own if recipe == "own" and own else TrainSettings(recipe="paper")
    fields = base.model_dump() | (_quick(clip, kind) if recipe == "quick" else {})
    fields |= {name: value for name, value in changes.items() if value is not None}
    try:
        return TrainSettings.model_validate(fields)
    except ValidationError as error:
        raise setting_error(error) from error


def _quick(clip: ClipFormat, kind: PriorKind) -> dict[str, object]:
    each = 2 * clip.frames_per_latent
    side = clip.height_px // clip.latent_height * clip.patch_size
    sizes = {
        "num_frames": clip.num_frames // 2 // each * each + clip.num_frames % 2,
        "height_px": clip.height_px // 2 // side * side,
        "width_px": clip.width_px // 2 // side * side,
    }
    pictures: dict[str, object] = {"pictures": "latent"} if kind == "character" else {}
    return {
        "recipe": "quick",
        "steps": _QUICK_STEPS,
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "max_grad_norm": 1.0,
        **sizes,
        **pictures,
    }
