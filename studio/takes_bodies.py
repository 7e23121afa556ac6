"""What a page sends to have takes made again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.preferences import StepCount
from studio.bodies import OfTake, Unwanted
from studio.rendering import Seed, Without

Guidance = Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)]


class RenderAgain(OfTake):
    """A take's recipe and what is changed in it; None = as it is in the take."""

    seed: Seed | None = None
    steps: StepCount | None = None
    guidance: Guidance | None = None
    unwanted: Unwanted | None = None
    without: Without | None = None
    """What is left out, to compare: then all else is as it is in the take."""
