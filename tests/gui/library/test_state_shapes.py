"""Every state has a shape of its own and a colour that can be seen."""

import pytest

from gui.library.state_shapes import STATE_ORDER, state_color, state_shape
from gui.theme import DARK, LIGHT, Theme, contrast
from inference.sessions.states import ImageState


def test_no_two_states_share_a_shape() -> None:
    assert set(STATE_ORDER) == set(ImageState)
    assert len({state_shape(state) for state in ImageState}) == len(ImageState)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("state", ImageState)
def test_shapes_stand_out_from_the_window(state: ImageState, theme: Theme) -> None:
    assert contrast(state_color(state, theme), theme.window) >= 3
