"""Saves a prior over and over until somebody ends it; each save is said once it is done."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.priors.store import PriorStore
from tests.pipeline.priors.kept import make_prior, make_settings, write_lora


def main() -> None:
    home = Path(sys.argv[1])
    adapter = write_lora(home / f"{sys.argv[2]}.safetensors")
    store, steps = PriorStore(make_settings(home)), 0
    while True:
        steps += 1
        store.save(make_prior(steps=steps), adapter, {steps: b"a picture"})
        print(steps, flush=True)


main()
