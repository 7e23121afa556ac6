"""What was found, one JSON line for each training and each take, so that a stopped run goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

Key = tuple[str, str, str, int, int, str]


class Row(BaseModel):
    """One measurement, of a take or of a training.

    `numbers` are what was measured, `names` what the judges said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    condition: str
    subject: str
    """The motion, look or scene that it is about."""
    scene: int
    seed: int
    made: str
    """What tells the take or the adapter from all others."""
    numbers: dict[str, float]
    names: dict[str, str] = {}
    seconds: float = 0.0
    """What it took to make."""

    @property
    def key(self) -> Key:
        """What tells it from other rows."""
        return self.benchmark, self.condition, self.subject, self.scene, self.seed, self.made


class Ledger:
    """The rows in a file; what is there is not measured again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[Key, Row] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                with suppress(ValidationError):  # a line cut short
                    row = Row.model_validate_json(line)
                    self._rows[row.key] = row

    def get(self, blank: Row, measure: Callable[[], Row]) -> Row:
        """The row with the key of `blank`: from the file, or measured and written down."""
        if blank.key not in self._rows:
            row = measure()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:  # the last line may be cut short
                file.write("\n" + row.model_dump_json())
            self._rows[row.key] = row
        return self._rows[blank.key]

    def forget(self, blank: Row) -> None:
        """Measure the row with the key of `blank` anew when it is wanted."""
        self._rows.pop(blank.key, None)
