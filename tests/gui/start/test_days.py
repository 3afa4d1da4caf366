"""Days are said as people say them."""

from datetime import datetime

import pytest

from gui.start.days import day_text

_NOW = datetime(2026, 3, 14, 0, 5).timestamp()


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 14, 0, 1), "today"),
        (datetime(2026, 3, 13, 23, 59), "yesterday"),
        (datetime(2026, 3, 13, 0, 0), "yesterday"),
        (datetime(2026, 3, 12, 23, 59), "12 March"),
        (datetime(2025, 12, 31), "31 December 2025"),
        (datetime(2026, 3, 15), "15 March"),
    ],
)
def test_days(moment: datetime, text: str) -> None:
    assert day_text(moment.timestamp(), _NOW) == text


@pytest.mark.parametrize("moment", [1e20, -1e20, float("nan"), float("inf")])
def test_impossible_times_are_no_day(moment: float) -> None:
    assert day_text(moment, _NOW) == "at an unknown time"
