"""The closed form of Grad-CAM: rectified, and normalised as the literature shows it."""

import numpy as np

from inference.attention.grad_cam import grad_cam, normalised


def test_negative_cells_vanish() -> None:
    contributions = np.array([[1.0, -2.0], [0.0, 3.0]], np.float32)
    assert (grad_cam(contributions) == [[1, 0], [0, 3]]).all()
    assert contributions[0, 1] == -2.0


def test_normalised_is_between_0_and_1_and_a_constant_map_is_zero() -> None:
    scaled = normalised(np.array([[1.0, 2.0], [3.0, 5.0]], np.float32))
    assert scaled.min() == 0
    assert abs(float(scaled.max()) - 1) < 1e-6
    assert not normalised(np.full((3, 3), 4.0, np.float32)).any()
