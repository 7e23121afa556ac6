"""Errors are one sentence and a hint."""

from __future__ import annotations

from pipeline.errors import InvalidStoryError, PipelineError, RunCancelledError


def test_an_error_says_what_and_what_to_do() -> None:
    error = PipelineError("the harbour is empty", hint="Add a boat.")
    assert str(error) == "the harbour is empty. Add a boat."
    assert (error.message, error.hint) == ("the harbour is empty", "Add a boat.")


def test_an_error_without_hint_is_its_message() -> None:
    assert str(RunCancelledError()) == "stopped"


def test_an_invalid_story_keeps_each_problem() -> None:
    error = InvalidStoryError("no", problems=[("scene 2", "has no box"), ("title", "is missing")])
    assert error.problems == (("scene 2", "has no box"), ("title", "is missing"))
