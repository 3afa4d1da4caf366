"""A picture lies where it should after fitting, zooming and panning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.viewer.placement import Placement, ViewArea, fitted

SIDES = st.floats(1, 20_000)
VIEWS = st.builds(
    ViewArea,
    width=st.floats(50, 4000),
    height=st.floats(50, 4000),
    device_pixel_ratio=st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]),
    margin=st.sampled_from([0.0, 12.0]),
)
SHARES = st.floats(0, 1)


@given(width=SIDES, height=SIDES, view=VIEWS)
def test_a_fitted_picture_fills_the_room_and_no_more(width: float, height: float, view: ViewArea) -> None:
    placement = fitted(width, height, view)
    room_x, room_y = view.width - 2 * view.margin, view.height - 2 * view.margin
    assert placement.shown_width <= room_x * 1.000001
    assert placement.shown_height <= room_y * 1.000001
    assert placement.shown_width == pytest.approx(room_x) or placement.shown_height == pytest.approx(room_y)
    assert placement.left + placement.shown_width / 2 == pytest.approx(view.width / 2)
    assert placement.top + placement.shown_height / 2 == pytest.approx(view.height / 2)


@given(width=SIDES, height=SIDES, view=VIEWS, scale=st.floats(0.01, 40), x=SHARES, y=SHARES, dx=SHARES, dy=SHARES)
def test_edges_hold(
    width: float, height: float, view: ViewArea, scale: float, x: float, y: float, dx: float, dy: float
) -> None:
    placement = fitted(width, height, view).zoomed(scale, x * view.width, y * view.height, view)
    placement = placement.moved((dx - 0.5) * 30_000, (dy - 0.5) * 30_000, view)
    for edge, length, room in (
        (placement.left, placement.shown_width, view.width),
        (placement.top, placement.shown_height, view.height),
    ):
        if length <= room:
            assert edge + length / 2 == pytest.approx(room / 2)
        else:
            assert edge <= 1e-6
            assert edge + length >= room - 1e-6 * length


@given(view=VIEWS, x=SHARES, y=SHARES, first=st.floats(4, 8), second=st.floats(1, 4))
def test_zoom_keeps_the_point_under_the_pointer(
    view: ViewArea, x: float, y: float, first: float, second: float
) -> None:
    # Far larger than the view on all sides, so that no edge interferes.
    start = Placement(100_000, 100_000, first, -200_000, -200_000)
    at = (x * view.width, y * view.height)
    zoomed = start.zoomed(first * second, *at, view)
    assert zoomed.to_picture(*at) == pytest.approx(start.to_picture(*at), rel=1e-9)
    assert zoomed.scale == first * second


@given(view=VIEWS, left=st.floats(-500, 0), x=SIDES)
def test_mapping_there_and_back(view: ViewArea, left: float, x: float) -> None:
    placement = Placement(20_000, 20_000, 1.7, left, left / 2).on_device_pixels(view)
    assert placement.to_picture(*placement.to_view(x, x / 3)) == pytest.approx((x, x / 3), abs=1e-6)
    assert (placement.left * view.device_pixel_ratio) % 1 == pytest.approx(0, abs=1e-6) or (
        placement.left * view.device_pixel_ratio
    ) % 1 == pytest.approx(1, abs=1e-6)
    assert abs(placement.left - left) * view.device_pixel_ratio <= 0.5000001
