"""How fast the built-in planner plans: `python -m tests.benchmarks.planning`.

Prints seconds per story on one core over the ideas of the tests, and the slowest of them. Loads no
model.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from pipeline.plan import lint, plan_story, scene_prompt
from tests.pipeline.plan.played import EVERYONE

IDEAS = Path(__file__).parents[1] / "pipeline" / "plan" / "ideas.json"


def plan_seconds(idea: str, seed: int) -> float:
    """Plan, cast and check one idea and give the CPU seconds that took."""
    started = time.process_time()
    story, casting = plan_story(idea, troupe=EVERYONE, seed=seed)
    for scene in story.scenes:
        scene_prompt(story, scene.id, casting, troupe=EVERYONE)
    lint(story)
    return time.process_time() - started


def main() -> None:
    """Print the first, the mean and the largest time."""
    parser = argparse.ArgumentParser(description="How fast the built-in planner plans.")
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    ideas = [row["idea"] for row in json.loads(IDEAS.read_text(encoding="utf-8"))]
    first = plan_seconds(ideas[0], 0)
    taken = [(plan_seconds(idea, seed), idea) for idea in ideas for seed in range(options.seeds)]
    mean = sum(seconds for seconds, _ in taken) / len(taken)
    slowest, idea = max(taken)
    print(f"{len(ideas)} ideas, {len(taken)} stories, CPU seconds per story")
    print(f"first {first:.3f} (word lists read), mean {mean:.3f}, slowest {slowest:.3f}")
    print(f"slowest: {len(idea.split())} words, {idea[:60]!r}")
    if "torch" in sys.modules:
        raise SystemExit("torch was loaded")


if __name__ == "__main__":
    main()
