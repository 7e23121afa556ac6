"""What a take may say of itself, wherever it came from."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipeline.artifacts import Take
from tests.pipeline.stories import make_take


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created", "yesterday"),
        ("created", "2031-04-05T06:07:08"),
        ("created", "0001-01-01T00:00:00+00:00"),
        ("created", "9999-12-31T23:59:59-10:00"),
        ("seconds_taken", float("inf")),
        ("seconds_taken", float("nan")),
        ("seconds_taken", 1.1e7),
        ("story_revision", 2**53),
        ("num_frames", 10_001),
        ("fps", 241),
        ("width", 4097),
        ("height", 0),
    ],
)
def test_a_take_that_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        Take.model_validate({**make_take("take-01").model_dump(), field: value})


@pytest.mark.parametrize("created", ["1970-01-01T00:00:00+14:00", "9998-12-31T23:59:59Z"])
def test_a_take_may_be_of_any_time_of_ours(created: str) -> None:
    take = Take.model_validate({**make_take("take-01").model_dump(), "created": created})
    assert take.created == created
