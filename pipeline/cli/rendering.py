"""The options that say how takes are rendered and joined, and the settings they come to."""

from __future__ import annotations

import argparse

from pipeline.artifacts import RenderSettings
from pipeline.cli.reading import seed
from pipeline.errors import InputError
from pipeline.recipes import Recipe, find_recipe, settings_for
from pipeline.settings import Settings, load_settings


def add_render_options(command: argparse.ArgumentParser) -> None:
    """Add the options that every command takes that renders."""
    command.add_argument(
        "--seed", type=seed, help="the same seed, the same frames; else a scene keeps its own"
    )
    steps = command.add_mutually_exclusive_group()
    steps.add_argument("--draft", action="store_true", help="fewer steps: faster, rougher")
    steps.add_argument("--steps", type=int, metavar="N", help="steps of each take")
    command.add_argument("--negative", metavar="WORDS", help="what to steer away from")
    command.add_argument(
        "--without-boxes", action="store_true", help="one text for the whole scene, no regions"
    )
    command.add_argument(
        "--without-priors", action="store_true", help="without learned looks and motions"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="any other setting of a render: scheduler=dpm, box_timing=hold, attention=lse, "
        "guidance_scale=6, num_frames=25, height_px, width_px",
    )
    command.add_argument("--placement", metavar="KIND", help="how the model lies on the device")


def _setting(text: str) -> tuple[str, str]:
    """A setting's name and its value, which is read when the whole is checked."""
    name, _, value = text.partition("=")
    if name not in RenderSettings.model_fields or not value:
        known = ", ".join(RenderSettings.model_fields)
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE of: {known}")
    return name, value


def chosen(options: argparse.Namespace) -> tuple[Settings, Recipe | None]:
    """Give the settings, with the pack of the recipe if there is one, and that recipe.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    settings, name = load_settings(options.home), getattr(options, "recipe", None)
    if name is None:
        return settings, None
    recipe = find_recipe(name)
    return settings_for(recipe, settings), recipe


def render_settings_of(
    options: argparse.Namespace, settings: Settings, recipe: Recipe | None = None
) -> RenderSettings:
    """Give the render settings: the pack's, then the recipe's, then those given by hand.

    Raises:
        InputError: a value is out of range, or options do not go together; the message names them.
        ModelUnavailableError: there is no such pack.
    """
    if recipe is not None and options.draft:
        raise InputError(
            "--draft and --recipe do not go together: a recipe says size and steps itself",
            hint="Leave one of them out; --steps goes with a recipe.",
        )
    from pipeline.packs.record import load_record
    from pipeline.rendering import render_settings

    given = {
        "seed": options.seed,
        "num_inference_steps": options.steps,
        "negative_prompt": options.negative,
        "use_regions": not options.without_boxes,
        "use_priors": not options.without_priors,
    }
    changes = recipe.changes() if recipe else {}
    changes |= {name: value for name, value in given.items() if value is not None}
    changes |= dict(options.set)
    return render_settings(load_record(settings.pack), draft=options.draft, **changes)
