from datetime import UTC, datetime

import pytest

from scenarios.errors import InputError
from scenarios.recorded import start_of

WITA_S = 8 * 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16:30", datetime(1970, 1, 2, 8, 30, tzinfo=UTC)),
        ("16:30:15", datetime(1970, 1, 2, 8, 30, 15, tzinfo=UTC)),
        ("2025-11-27T16:30:00", datetime(2025, 11, 27, 8, 30, tzinfo=UTC)),
        ("2025-11-27T16:30:00+00:00", datetime(2025, 11, 27, 16, 30, tzinfo=UTC)),
        ("2025-11-27T16:30:00.250000+08:00", datetime(2025, 11, 27, 8, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_a_start_is_local_unless_it_names_a_zone(text: str, expected: datetime) -> None:
    whole_s = int(expected.replace(microsecond=0).timestamp())
    assert start_of(text, WITA_S) == whole_s * 1_000_000_000 + expected.microsecond * 1000


def test_the_time_of_day_survives_in_every_zone() -> None:
    for offset_s in (0, 7 * 3600, WITA_S, 9 * 3600):
        assert (start_of("00:00", offset_s) // 1_000_000_000 + offset_s) % 86400 == 0
        assert start_of("00:00", offset_s) > 0


@pytest.mark.parametrize("text", ["", "noon", "25:00", "16.30", "2025-13-01T00:00", "9999-99-99"])
def test_a_start_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a time like 16:30"):
        start_of(text, WITA_S)
