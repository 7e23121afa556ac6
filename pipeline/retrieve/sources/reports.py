"""What came of bringing clips into a library: counts, and the first things that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.story import Record

MAX_PROBLEMS = 20


class ScanReport(Record):
    """What a scan or a list brought."""

    added: int = 0
    """Clips that are new."""
    files: int = 0
    """Videos, or lines of a list, that were looked at."""
    unchanged: int = 0
    """Videos that are as they were, so nobody looked into them again."""
    bad: int = 0
    """Videos that cannot be read; each has its reason in the catalogue."""
    gone: int = 0
    """Videos that were there before."""
    broken: int = 0
    """Lines, links and names that were left out."""
    problems: tuple[str, ...] = ()
    """Where and why, the first 20 in words."""


@dataclass
class Tally:
    """A report while it is being made."""

    added: int = 0
    files: int = 0
    unchanged: int = 0
    bad: int = 0
    gone: int = 0
    broken: int = 0
    problems: list[str] = field(default_factory=list)

    def leave_out(self, where: str, reason: str) -> None:
        """Count something that was left out, and say why."""
        self.broken += 1
        self.tell(where, reason)

    def tell(self, where: str, reason: str) -> None:
        """Keep a problem in words, if there is room."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f"{where}: {reason}")

    def report(self) -> ScanReport:
        """Give the report so far."""
        return ScanReport(**{**vars(self), "problems": tuple(self.problems)})
