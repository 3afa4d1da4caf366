"""A failure that may pass is believed for a day, and never by a date that makes no sense."""

from __future__ import annotations

import time

import pytest

from inference.engine.failure_date import RETRY_AFTER_S, is_lately, parse_date


@pytest.mark.parametrize(("days_ago", "expected"), [(0.0, True), (0.9, True), (1.01, False), (-0.1, False)])
def test_it_is_believed_for_a_day_and_not_from_the_future(days_ago: float, *, expected: bool) -> None:
    assert is_lately(time.time() - days_ago * RETRY_AFTER_S) is expected


def test_what_did_not_fail_did_not_fail_lately() -> None:
    assert not is_lately(None)


@pytest.mark.parametrize("value", [None, "today", -1, float("nan"), 1e300, 10**400])
def test_what_is_no_date_is_none(value: object) -> None:
    assert parse_date(value) is None
    assert parse_date(1_700_000_000) == 1_700_000_000.0
