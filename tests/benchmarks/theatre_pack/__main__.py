"""How well the theatre pack obeys: `python -m tests.benchmarks.theatre_pack --out DIR`.

Renders scenes that were never trained under each condition with the same noise, lets the judges
look at the clips, and writes `results.md`, `results.json`, `sheet.png` (asked, drawn, rendered),
`nearest.png` (takes beside the nearest training clip), `blind.png` and `blind-key.json` (takes to
be named by someone who has not read the words), and `obedience.json`: copy it beside the
`pack.json` of the measured pack, and the studio's editor says how well a box will be obeyed.
Conditions:

    drawn         the scene as the theatre draws it: what the judges can see
    coded         the same through the pack's autoencoder and back
    caption       one text with position words, no regions
    concatenated  the regions' texts side by side, every token seeing all of them
    regions       the regions' texts, each seen in its own boxes (SR3AI)
    unseen        the same in phrases that training never wrote

With `--binding`, scenes of two and three actors under `coded`, `caption` and `regions` alone, and
`binding.md` and `binding.json`: who is there, in whose box, and whose attributes went astray.

It takes up where it stopped; `--part 0/2` and `--part 1/2` share the scenes between two processes,
and the one that ends last measures speed and draws the sheets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.packs.obedience import OBEDIENCE_FILE
from tests.benchmarks.theatre_pack.binding import CONDITIONS, REPORT_FILE
from tests.benchmarks.theatre_pack.run import Options, run


def build_parser() -> argparse.ArgumentParser:
    """The options of the benchmark."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.theatre_pack",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pack", default="theatre", help="name or folder of the pack")
    parser.add_argument("--judges", type=Path, help="weights of other judges than the shipped")
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--binding", action="store_true", help="two and three actors, see above")
    parser.add_argument("--seeds", type=int, default=1, help="different noises for each scene")
    parser.add_argument("--steps", type=int, help="by default the pack's own")
    parser.add_argument("--guidance", type=float, help="by default the pack's own")
    parser.add_argument("--part", default="0/1", help="NUMBER/COUNT: this process's scenes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark as the command line says, and print its report."""
    from pipeline.vision.judges import Judges

    given = build_parser().parse_args(arguments)
    number, count = (int(part) for part in given.part.split("/"))
    chosen = {"actors": (2, 3), "conditions": CONDITIONS} if given.binding else {}
    options = Options(
        out=given.out,
        pack=given.pack,
        scenes=given.scenes,
        seeds=given.seeds,
        steps=given.steps,
        guidance=given.guidance,
        part=(number, count),
        threads=given.threads,
        device=given.device,
        **chosen,
    )
    run(options, Judges.load(given.judges))
    if given.binding:
        print((given.out / REPORT_FILE).read_text(encoding="utf-8"))
        return
    print((given.out / "results.md").read_text(encoding="utf-8"))
    print(
        f"The editor reads {OBEDIENCE_FILE} beside the pack's pack.json: copy it from {given.out}."
    )


if __name__ == "__main__":
    try:
        main()
    except PipelineError as error:
        sys.exit(str(error))
