"""What learned motions and looks are worth: `python -m tests.benchmarks.priors NAME --out DIR`.

Everything is trained, rendered and judged on the theatre, on a CPU; what lies in DIR is not made
again, so a benchmark that was stopped goes on, and one that is done prints its tables again.
Benchmarks:

    learns        motions and looks that the pack was never trained on, before and after; changes
                  outside of their regions
    disentangles  a caption per clip or one for all, with the debiased loss or without, blocks
                  interleaved or by halves (the paper's Tables 4 and 6)
    table3        base, learned only, regions only, both (the paper's Table 3)
    bleeds        a witch and a fox, each with a learned look and a learned motion, and swapped
    recipes       the recipes `paper` and `quick` beside the pack's own, by loss on held-out clips;
                  pictures as still videos or single latents, with and without words
    full-size     one training step of CogVideoX-2B: measured on a GPU, counted on a CPU

Two processes can share one DIR, each with motions or looks of its own; run it once more without
them for the whole table.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from diffusers.utils import logging as diffusers_logging

from pipeline.errors import PipelineError
from tests.benchmarks.priors import bleeds, disentangles, learns, recipes, table3
from tests.benchmarks.priors.full_size import measure_full_size
from tests.benchmarks.priors.lessons import LOOKS
from tests.benchmarks.priors.stage import LOOKS as HELD_OUT
from tests.benchmarks.priors.stage import MOTIONS, Options, Stage

BENCHMARKS: dict[str, Callable[[Stage], list[str]]] = {
    "learns": learns.run,
    "disentangles": disentangles.run,
    "table3": table3.run,
    "bleeds": bleeds.run,
    "recipes": recipes.run,
}
FULL_SIZE = "full-size"


def build_parser() -> argparse.ArgumentParser:
    """The options of the benchmarks."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.priors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=(*BENCHMARKS, FULL_SIZE))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--motions", nargs="*", choices=MOTIONS, default=list(MOTIONS))
    parser.add_argument("--looks", nargs="*", choices=tuple(LOOKS), default=list(HELD_OUT))
    parser.add_argument("--scenes", type=int, help="scenes of each row; by default its own number")
    parser.add_argument("--train-steps", type=int, help="by default the benchmark's own")
    parser.add_argument("--render-steps", type=int, help="by default the pack's own")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", choices=("2b", "5b"), default="2b", help="of full-size")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a benchmark as the command line says, print its report and keep it in the folder."""
    given = build_parser().parse_args(arguments)
    diffusers_logging.set_verbosity_error()
    given.out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    if given.name == FULL_SIZE:
        lines = measure_full_size(given.size, steps=given.train_steps)
    else:
        options = Options(
            out=given.out,
            motions=tuple(given.motions),
            looks=tuple(given.looks),
            scenes=given.scenes,
            train_steps=given.train_steps,
            render_steps=given.render_steps,
            threads=given.threads,
        )
        lines = BENCHMARKS[given.name](Stage(options, given.name))
    minutes = (time.perf_counter() - start) / 60
    report = "\n".join([*lines, "", f"This run took {minutes:.1f} min.", ""])
    (given.out / f"{given.name}.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    try:
        main()
    except PipelineError as error:
        sys.exit(str(error))
