"""What is wrong with a story or a draft, and the mending of it."""

from pipeline.plan.lint.doubts import Doubt, lint, lint_scene
from pipeline.plan.lint.findings import Finding, Place

__all__ = ["Doubt", "Finding", "Place", "lint", "lint_scene"]
