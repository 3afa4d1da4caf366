"""Tests of inference.sessions.halves: the error bound that the docstring states."""

from __future__ import annotations

import numpy as np
import pytest

from inference.sessions.halves import LARGEST, pack_halves, unpack_halves


def test_the_error_is_within_the_stated_bound() -> None:
    random = np.random.default_rng(5)
    values = (random.standard_normal(200_000) * 10.0 ** random.integers(-9, 4, 200_000)).astype(np.float32)
    values = values.clip(-LARGEST, LARGEST)
    back = unpack_halves(pack_halves(values), (-1,))
    assert back.dtype == np.float32
    error = np.abs(back - values)
    large = np.abs(values) >= 6.2e-5
    assert np.all(error[large] <= np.abs(values[large]) * 2.0**-11)
    assert np.all(error[~large] <= 2.0**-25)
    assert np.abs(unpack_halves(pack_halves(np.array([12.3], np.float32)), (1,))[0] - 12.3) <= 0.006


def test_values_out_of_range_are_limited_and_shapes_kept() -> None:
    values = np.array([[1e9, -1e9, 0.0], [1.0, -2.0, 65504.0]], np.float32)
    back = unpack_halves(pack_halves(values), (2, 3))
    np.testing.assert_array_equal(back, [[65504, -65504, 0], [1, -2, 65504]])
    with pytest.raises(ValueError, match="reshape"):
        unpack_halves(pack_halves(values), (2, 2))
    turned = np.arange(12, dtype=np.float32).reshape(3, 4).T
    np.testing.assert_array_equal(unpack_halves(pack_halves(turned), (4, 3)), turned)
