"""How much a plan holds: what planners aim at, models are asked for and lint finds."""

from __future__ import annotations

FEWEST_SCENES, MOST_SCENES = 5, 8
MOST_TOGETHER = 3
"""Figures in one scene."""
MOST_REGIONS = 8
"""Boxes in one scene."""
MOST_MOTIONS = 2
"""Motions of one character in one scene."""
