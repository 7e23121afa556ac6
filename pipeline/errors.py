"""The errors a person can act on.

    PipelineError              what happened, where; `hint` says what to do next
      InputError               the person edits something
        InvalidStoryError      `problems`: list of (path, message)
        UnreadableVideoError   a video file is damaged, empty, or none at all
      WorkspaceError           a folder or file cannot be read or written
        StaleStoryError        the story was edited elsewhere meanwhile
      ModelUnavailableError    weights, a package or a device are missing
      StageError               a stage ran and failed
        PlanningError
        RetrievalError
        RenderError
        TrainingError
        AssemblyError
      RunCancelledError        not a failure: shown as "stopped"

Mistakes of the programmer stay `TypeError`, `ValueError` and `AssertionError`.
"""

from __future__ import annotations

from collections.abc import Sequence


class PipelineError(Exception):
    """An error fit to be shown: one sentence of what and where, and a hint of what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class InputError(PipelineError):
    """What the person gave cannot be used as it is."""


class InvalidStoryError(InputError):
    """A story, plan or file does not hold together; `problems` lists each place."""

    def __init__(
        self, message: str, *, problems: Sequence[tuple[str, str]] = (), hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class UnreadableVideoError(InputError):
    """A video cannot be read; the message says why."""


class WorkspaceError(PipelineError):
    """A folder or file of the workspace cannot be read or written."""


class StaleStoryError(WorkspaceError):
    """The saved story is another revision than the one that was edited."""


class ModelUnavailableError(PipelineError):
    """Weights, a package or a device that the work needs are missing."""


class StageError(PipelineError):
    """A stage ran and failed."""


class PlanningError(StageError):
    """The planner could not make a story of the idea."""


class RetrievalError(StageError):
    """Clips could not be searched for, tracked or ranked."""


class RenderError(StageError):
    """A scene could not be rendered."""


class TrainingError(StageError):
    """A training run could not go on (for example, a loss that is not finite)."""


class AssemblyError(StageError):
    """The takes could not be joined to a film."""


class RunCancelledError(PipelineError):
    """The person stopped the work; nothing half-written is left."""

    def __init__(self, message: str = "stopped", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
