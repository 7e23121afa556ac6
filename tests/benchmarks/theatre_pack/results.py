"""Results on disk: one line per scene, noise seed and condition, in one file per process."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from tests.benchmarks.theatre_pack.judging import Judged


class Result(Judged):
    """What the judges say of one scene under one condition."""

    scene: int
    seed: int
    """Number of the noise, from 0; see `Options.seeds`."""
    condition: str
    run: str
    """Pack, steps and guidance; results of other runs are not mixed in."""
    seconds: float
    num_actors: int


Key = tuple[int, int, str]


def key_of(result: Result) -> Key:
    """What tells one result of a run from another."""
    return result.scene, result.seed, result.condition


def append_result(path: Path, result: Result) -> None:
    """Add a line; first a line break, as the line before may have been cut short."""
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + result.model_dump_json())


def read_results(folder: Path, run: str) -> list[Result]:
    """The results of a run that lie in a folder, of every part; lines cut short are skipped."""
    results: dict[Key, Result] = {}
    for path in sorted(folder.glob("part-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValidationError):
                result = Result.model_validate_json(line)
                if result.run == run:
                    results[key_of(result)] = result
    return [result for _, result in sorted(results.items())]


def whole_scenes(results: Sequence[Result], conditions: Sequence[str]) -> list[Result]:
    """The results of scenes that were judged under every condition."""
    done = [{r.scene for r in results if r.condition == c} for c in conditions]
    whole = set.intersection(*done)
    return [r for r in results if r.scene in whole]
