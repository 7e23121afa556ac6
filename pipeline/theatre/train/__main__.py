"""Train the theatre pack: `python -m pipeline.theatre.train --plan nano --dir DIR --minutes N`.

Runs every part; called again with the same folder it goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import PipelineError
from pipeline.theatre.train.plans import PLANS, get_plan

if TYPE_CHECKING:
    from pipeline.theatre.train.loop import Limits
    from pipeline.theatre.train.parts import Workshop
    from pipeline.theatre.train.settings import Settings

LOG = logging.getLogger(__name__)
PARTS = (
    *("codec", "data", "decoder", "text", "images", "clips"),
    *("encoder", "export", "samples", "card"),
)
PART_MINUTES = 30.0


def build_parser() -> argparse.ArgumentParser:
    """The options of the trainer."""
    parser = argparse.ArgumentParser(prog="pipeline.theatre.train", description=__doc__)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--dir", type=Path, help="folder of checkpoints and data")
    place.add_argument("--resume", type=Path, help="the same, where it must exist already")
    parser.add_argument("--plan", choices=PLANS, help="of a new folder (nano)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change the plan"
    )
    parser.add_argument("--from", dest="pack", type=Path, help="begin from an exported pack")
    parser.add_argument("--part", choices=PARTS, help="run only this part")
    parser.add_argument(
        "--minutes", type=_minutes, help="of all timed parts (the plan's), or of --part (30)"
    )
    parser.add_argument("--call-minutes", type=_minutes, help="end this call after so many")
    parser.add_argument("--look-minutes", type=_minutes, default=10.0, help="between sheets")
    parser.add_argument("--no-decay", action="store_true", help="keep the rate until the end")
    parser.add_argument("--max-steps", type=int, help="of each timed part in this call")
    parser.add_argument("--clips", type=int, help="clips to draw, instead of the plan's")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw clips")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--float32", action="store_true", help="compute in float32, not bfloat16")
    parser.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, help="compile the model (on a GPU)"
    )
    return parser


def _minutes(text: str) -> float:
    minutes = float(text)
    if not minutes > 0:
        raise argparse.ArgumentTypeError("the length of a part is more than 0 minutes")
    return minutes


def main(arguments: list[str] | None = None) -> int:
    """Run what is left of the training, or one part; return the exit status."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from pipeline.theatre.train.settings import note_call
    from pipeline.theatre.train.whole import run_part, train_whole

    folder = options.dir or options.resume
    settings = open_folder(folder, options)
    whole = _last_minutes(settings) or settings.plan.minutes
    minutes = options.minutes or (PART_MINUTES if options.part else whole)
    device = choose_device(options)
    noted = describe(options) | {"minutes": minutes, "device": device}
    settings = note_call(settings, folder, noted)
    workshop = open_workshop(folder, settings, options, device, minutes)
    if options.part:
        run_part(workshop, options.part)
    elif not train_whole(workshop, settings, minutes=minutes):
        LOG.info("not done yet: the same command goes on")
    return 0


def open_folder(folder: Path, options: argparse.Namespace) -> Settings:
    """The folder's record: the one it has, or a new one from the options.

    Raises:
        PipelineError: the folder to resume is not there, or has another plan.
    """
    from pipeline.theatre.train.begin import begin_from_pack, read_training
    from pipeline.theatre.train.settings import Settings, change_plan, read_settings

    if options.resume and not folder.is_dir():
        raise PipelineError(f"there is no folder {folder} to resume", hint="Begin one with --dir.")
    settings = read_settings(folder)
    if settings and options.plan not in (None, settings.plan.name):
        raise PipelineError(
            f"{folder} was begun with the plan {settings.plan.name!r}",
            hint="Leave --plan away, or begin another folder.",
        )
    if settings:
        plan = change_plan(settings.plan, options.set)
        return settings.model_copy(update={"plan": plan})
    if options.pack:
        plan = change_plan(read_training(options.pack)[0], options.set)
        return begin_from_pack(options.pack, folder, plan)
    return Settings(plan=change_plan(get_plan(options.plan or "nano"), options.set))


def _last_minutes(settings: Settings) -> float | None:
    """How many minutes the last call on the whole training was given."""
    whole = [call.options for call in settings.calls if not call.options.get("part")]
    return whole[-1].get("minutes") if whole else None


def describe(options: argparse.Namespace) -> dict[str, Any]:
    """The options worth keeping; of folders only their names."""
    kept = {name: value for name, value in vars(options).items() if name not in ("dir", "resume")}
    return kept | {"pack": options.pack.resolve().name if options.pack else None}


def choose_device(options: argparse.Namespace) -> str:
    """The device to train on, with torch set up for it."""
    import torch

    from pipeline.devices import choose

    device = choose(options.device).device
    torch.set_num_threads(options.threads)
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    return str(device)


def open_workshop(
    folder: Path, settings: Settings, options: argparse.Namespace, device: str, minutes: float
) -> Workshop:
    """The workshop of a folder, which ends cleanly when the process is asked to."""
    from pipeline.theatre.train.parts import Workshop

    on_gpu = device != "cpu"
    plan = settings.plan
    if options.clips:
        data = plan.data.model_copy(update={"num_clips": options.clips})
        plan = plan.model_copy(update={"data": data})
    workshop = Workshop(
        plan,
        folder,
        limits=_limits(options, minutes),
        device=device,
        float32=options.float32,
        workers=options.workers,
        compiled=on_gpu if options.compile is None else options.compile,
    )
    workshop.stop.listen()
    return workshop


def _limits(options: argparse.Namespace, minutes: float) -> Limits:
    from pipeline.theatre.train.loop import Limits

    called = options.call_minutes
    return Limits(
        minutes=minutes,
        decay=not options.no_decay,
        max_steps=options.max_steps,
        seed=options.seed,
        deadline=time.monotonic() + 60 * called if called else None,
        look_seconds=60 * options.look_minutes,
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PipelineError as error:
        sys.exit(str(error))
