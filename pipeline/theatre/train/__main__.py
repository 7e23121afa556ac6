"""Train the theatre pack: `python -m pipeline.theatre.train PART --plan nano --dir DIR`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.theatre.train.plans import PLANS, get_plan

LOG = logging.getLogger(__name__)
TIMED = ("decoder", "encoder", "text", "images", "clips")
UNTIMED = ("codec", "data", "samples", "export")
ORDER = ("codec", "data", "text", "images", "clips", "decoder", "encoder", "export")


def build_parser() -> argparse.ArgumentParser:
    """The options of the trainer."""
    parser = argparse.ArgumentParser(prog="pipeline.theatre.train", description=__doc__)
    parser.add_argument("part", choices=(*UNTIMED, *TIMED, "all"))
    parser.add_argument("--dir", type=Path, required=True, help="folder of checkpoints and data")
    parser.add_argument("--plan", choices=PLANS, default="nano")
    parser.add_argument("--minutes", type=_minutes, default=30.0, help="length of each timed part")
    parser.add_argument("--no-decay", action="store_true", help="keep the rate until the end")
    parser.add_argument("--max-steps", type=int, default=None)
    parser.add_argument("--clips", type=int, default=8000, help="clips that `data` draws")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--float32", action="store_true", help="compute in float32, not bfloat16")
    return parser


def _minutes(text: str) -> float:
    minutes = float(text)
    if not minutes > 0:
        raise argparse.ArgumentTypeError("the length of a part is more than 0 minutes")
    return minutes


def main(arguments: list[str] | None = None) -> int:
    """Run one part, or all in order; return the exit status."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    import torch

    from pipeline.theatre.train.loop import Limits
    from pipeline.theatre.train.parts import Workshop

    torch.set_num_threads(options.threads)
    limits = Limits(
        minutes=options.minutes,
        decay=not options.no_decay,
        max_steps=options.max_steps,
        seed=options.seed,
    )
    workshop = Workshop(
        get_plan(options.plan),
        options.dir,
        limits=limits,
        device=options.device,
        float32=options.float32,
    )
    workshop.stop.listen()
    for part in ORDER if options.part == "all" else (options.part,):
        if workshop.stop.stopped:
            break
        done = workshop.data(options.clips) if part == "data" else getattr(workshop, part)()
        if isinstance(done, Path):
            LOG.info("wrote %s", done)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PipelineError as error:
        sys.exit(str(error))
