"""Pictures stand where they are largest; one row is kept unless others show them much larger."""

from __future__ import annotations

from gui.compare.panel_rows import columns_for


def test_pictures_stand_where_they_are_largest() -> None:
    assert columns_for(4, (1200, 600), 100, 0.75) == 4
    assert columns_for(4, (900, 900), 100, 1.5) == 2
    assert columns_for(3, (500, 900), 100, 1.5) == 2
    assert columns_for(2, (400, 900), 100, 1.5) == 1
    assert columns_for(2, (1200, 600), 100, 0.75) == 2
    assert columns_for(1, (10, 10), 100, 1.0) == 1
    # Two rows would show them larger, but hardly.
    assert columns_for(4, (1200, 700), 100, 1.33) == 4
