"""A saved picture: the map over what the network saw, the rest dimmed, a legend below."""

import io

import numpy as np
from PIL import Image

from inference.attention.picture import MARK_BYTES, Caption, as_png, is_map_png, picture_with_map
from inference.results import CropGeometry


def test_the_map_falls_on_the_crop_and_the_rest_is_dimmed() -> None:
    grey = np.full((100, 200, 3), 200, np.uint8)
    contributions = np.full((2, 2), 1.0, np.float32)
    drawn = picture_with_map(
        grey, contributions, CropGeometry(100, 0, 300, 200), (400, 200), Caption("cat", 1.0, "m"), strength=1.0
    )
    assert drawn.shape[0] > 100
    assert drawn.shape[1:] == (200, 3)
    assert tuple(drawn[50, 100]) == (0xE6, 0x9F, 0x00)
    assert tuple(drawn[50, 20]) == (110, 110, 110)
    assert (grey == 200).all()


def test_a_picture_of_one_pixel_and_a_hostile_name() -> None:
    pixel = np.zeros((1, 1, 3), np.uint8)
    drawn = picture_with_map(
        pixel,
        np.ones((3, 3), np.float32),
        CropGeometry(0, 0, 1, 1),
        (1, 1),
        Caption("<b>\u202ecat\n", 1.0, "m"),
    )
    assert drawn.shape[1] == 1


def test_a_saved_map_is_known_as_one_and_no_other_picture_is() -> None:
    drawn = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    png = as_png(drawn)
    assert is_map_png(png[:MARK_BYTES])
    with Image.open(io.BytesIO(png)) as read:
        assert (np.asarray(read) == drawn).all()
        other = io.BytesIO()
        read.save(other, "PNG")
    assert not is_map_png(other.getvalue()[:MARK_BYTES])
    assert not is_map_png(b"")
