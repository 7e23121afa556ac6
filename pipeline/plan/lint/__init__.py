"""What is wrong with a story or a draft, and the mending of it: one rule set for every plan.

Planners, edits by hand and imports are judged alike. Each finding names its rule, how much it
matters, the place, and the fix it offers; `repair` applies the safe fixes and says which.
"""

from pipeline.plan.lint.findings import Finding, Place, Severity
from pipeline.plan.lint.geometry import Limits
from pipeline.plan.lint.repair import Repaired, apply_fix, lint, repair
from pipeline.plan.lint.rules import RULES
from pipeline.plan.lint.sheet import Normalise
from pipeline.plan.lint.telling import tell

__all__ = [
    "RULES",
    "Finding",
    "Limits",
    "Normalise",
    "Place",
    "Repaired",
    "Severity",
    "apply_fix",
    "lint",
    "repair",
    "tell",
]
