"""Preprocessing: torchvision's presets pixel for pixel, geometry in original pixels, one reading for all copies."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.arrays import RgbImage
from inference.classify.preprocess import (
    MAX_WHOLE_ASPECT,
    PrepareOrder,
    geometry,
    make_thumbnail,
    open_thumbnail,
    prepare_picture,
    view_picture,
)
from inference.models.contract import Interpolation, Preprocessing
from inference.pictures.read import read_picture
from inference.results import CropGeometry
from tests.make_golden import GOLDEN, GoldenCase, golden_cases, golden_picture

V2 = Preprocessing(resize=232, crop=224)
BUILT_IN = Preprocessing(resize=72, crop=72)
SIDES = st.integers(1, 3000)


def save(path: Path, picture: Image.Image) -> str:
    picture.save(path)
    return str(path)


def slope(width: int, height: int) -> Image.Image:
    return Image.fromarray(golden_picture(width, height))


def largest_difference(one: RgbImage, other: RgbImage) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.name)
def test_each_pixel_is_what_torchvisions_preset_makes(tmp_path: Path, case: GoldenCase) -> None:
    with np.load(GOLDEN) as golden:
        expected = golden[case.name]
    path = save(tmp_path / "x.png", slope(case.width, case.height))
    prepared = prepare_picture(path, PrepareOrder(case.preprocessing))
    assert prepared.input.dtype == np.uint8
    assert prepared.input.shape == expected.shape
    difference = np.abs(prepared.input.astype(int) - expected)
    # Pillow takes the box in single precision; bicubic weights beyond 1 make two levels of that at a few pixels.
    is_bilinear = case.preprocessing.interpolation is Interpolation.BILINEAR
    assert difference.max() <= (1 if is_bilinear else 2)
    assert (difference > 1).mean() < 0.001


def plain(picture: Image.Image, preprocessing: Preprocessing) -> RgbImage:
    """Resize everything, then cut: what `prepare_picture` avoids."""
    width, height = picture.size
    short = preprocessing.resize
    size = (short, int(short * height / width)) if width <= height else (int(short * width / height), short)
    resized = picture.resize(size, Image.Resampling.BILINEAR)
    left, top = (round((side - preprocessing.crop) / 2) for side in size)
    return np.asarray(resized.crop((left, top, left + preprocessing.crop, top + preprocessing.crop)))


def test_real_photographs_equal_a_plain_resize_and_crop(shared_data: Path) -> None:
    photos = sorted((shared_data / "photos").glob("*.jpg"))
    assert len(photos) == 64
    shrunk = 0
    for photo in photos:
        prepared = prepare_picture(str(photo), PrepareOrder(V2))
        full = read_picture(str(photo)).image
        with Image.open(photo) as image:
            if "icc_profile" not in image.info:
                assert np.array_equal(np.asarray(full), np.asarray(image.convert("RGB")))
        expected = plain(full, V2)
        # Two of libjpeg's scaled decodings are close, but not equal; the others are full decodings.
        is_shrunk = min(prepared.facts.width, prepared.facts.height) >= 2 * 464
        shrunk += is_shrunk
        assert largest_difference(prepared.input, expected) <= (6 if is_shrunk else 1), photo.name
    assert shrunk <= 2


def test_a_large_jpeg_is_decoded_smaller_with_almost_the_same_input(tmp_path: Path) -> None:
    picture = slope(1603, 1207)
    path = str(tmp_path / "x.jpg")
    picture.save(path, quality=95)
    prepared = prepare_picture(path, PrepareOrder(V2))
    assert (prepared.facts.width, prepared.facts.height) == (1603, 1207)
    with Image.open(path) as image:
        expected = plain(image, V2)
    assert np.abs(prepared.input.astype(int) - expected).mean() < 0.5
    assert prepared.crop == geometry(1603, 1207, V2)


def test_the_input_does_not_depend_on_who_wants_a_thumbnail(shared_data: Path, tmp_path: Path) -> None:
    large = str(tmp_path / "large.jpg")
    slope(2003, 1501).save(large)
    for path in [large, *map(str, sorted((shared_data / "photos").glob("*.jpg"))[:8])]:
        alone = prepare_picture(path, PrepareOrder(BUILT_IN))
        beside = prepare_picture(path, PrepareOrder(BUILT_IN, thumbnail_px=512))
        assert np.array_equal(alone.input, beside.input)
        assert alone.thumbnail is None


@given(SIDES, SIDES, st.sampled_from([V2, BUILT_IN, Preprocessing(256, 224), Preprocessing(224, 224)]))
def test_the_crop_lies_in_the_middle_of_the_picture(width: int, height: int, preprocessing: Preprocessing) -> None:
    box = geometry(width, height, preprocessing)
    assert 0 <= box.left < box.right <= width * (1 + 1e-9)
    assert 0 <= box.top < box.bottom <= height * (1 + 1e-9)
    # Rounding moves it by less than a pixel of the resized picture.
    step = max(1.0, min(width, height) / preprocessing.resize)
    assert abs((box.left + box.right) / 2 - width / 2) <= step
    assert abs((box.top + box.bottom) / 2 - height / 2) <= step


def test_geometry_in_numbers() -> None:
    assert geometry(464, 464, V2) == CropGeometry(8.0, 8.0, 456.0, 456.0)
    # 232 high, int(232 * 500 / 375) = 309 wide; round(42.5) is 42, as Python and torchvision round.
    box = geometry(500, 375, V2)
    assert box.left == pytest.approx(42 * 500 / 309)
    assert box.right == pytest.approx(266 * 500 / 309)
    assert (box.top, box.bottom) == (4 * 375 / 232, 228 * 375 / 232)


def test_the_geometry_says_what_the_input_shows(tmp_path: Path) -> None:
    width, height = 640, 200
    ramp = np.broadcast_to(np.arange(width) * 255 / width, (height, width))
    path = save(tmp_path / "x.png", Image.fromarray(np.dstack([ramp] * 3).astype(np.uint8)))
    prepared = prepare_picture(path, PrepareOrder(BUILT_IN))
    ends = prepared.input[36, [0, -1], 0].astype(float) * width / 255
    assert prepared.crop.left == pytest.approx(ends[0], abs=5)
    assert prepared.crop.right == pytest.approx(ends[1], abs=5)


@pytest.mark.parametrize("size", [(20000, 1), (1, 9000), (1, 1), (3, 2), (5000, 20)])
@pytest.mark.parametrize("whole", [False, True])
def test_strips_and_dots_are_pictures_too(tmp_path: Path, size: tuple[int, int], whole: bool) -> None:
    path = save(tmp_path / "x.png", Image.new("RGB", size, (10, 200, 30)))
    prepared = prepare_picture(path, PrepareOrder(V2, thumbnail_px=128, whole=whole))
    assert (prepared.input == (10, 200, 30)).all()
    assert max(prepared.input.shape) <= MAX_WHOLE_ASPECT * V2.resize
    assert prepared.thumbnail is not None
    assert 120 / 128 * min(128, max(size)) <= max(Image.open(io.BytesIO(prepared.thumbnail)).size) <= 128
    assert max(view_picture(path, 300).pixels.shape[:2]) == min(300, max(size))


def test_a_whole_picture_keeps_its_shape_and_all_of_itself(tmp_path: Path) -> None:
    path = save(tmp_path / "x.png", slope(500, 375))
    prepared = prepare_picture(path, PrepareOrder(V2, whole=True))
    assert prepared.input.shape == (232, 309, 3)
    assert prepared.crop == CropGeometry(0.0, 0.0, 500.0, 375.0)
    assert geometry(500, 375, V2, whole=True) == prepared.crop
    expected = np.asarray(slope(500, 375).resize((309, 232), Image.Resampling.BILINEAR))
    assert largest_difference(prepared.input, expected) <= 1


def test_a_model_trained_without_antialiasing_gets_it_so(tmp_path: Path) -> None:
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    path = save(tmp_path / "x.png", Image.fromarray(stripes))
    smooth = prepare_picture(path, PrepareOrder(Preprocessing(100, 100))).input
    rough = prepare_picture(path, PrepareOrder(Preprocessing(100, 100, antialias=False))).input
    assert smooth[:, 5:-5].std() < 2
    assert 0 < rough[50, 50, 0] < 255
    picture = slope(300, 200)
    path = save(tmp_path / "y.png", picture)
    got = prepare_picture(path, PrepareOrder(Preprocessing(100, 90, Interpolation.BICUBIC, antialias=False))).input
    assert got.shape == (90, 90, 3)


def test_bicubic_differs_from_bilinear(tmp_path: Path) -> None:
    path = save(tmp_path / "x.png", slope(120, 90))
    bilinear = prepare_picture(path, PrepareOrder(BUILT_IN)).input
    bicubic = prepare_picture(path, PrepareOrder(Preprocessing(72, 72, Interpolation.BICUBIC))).input
    assert largest_difference(bilinear, bicubic) > 3


def test_a_view_is_never_enlarged_and_never_too_large(tmp_path: Path) -> None:
    picture = slope(300, 200)
    path = save(tmp_path / "x.png", picture)
    same = view_picture(path, 4000)
    assert np.array_equal(same.pixels, np.asarray(picture))
    assert same.facts.width == 300
    assert view_picture(path, 150).pixels.shape == (100, 150, 3)


@pytest.mark.parametrize("size", [(3000, 2000), (2001, 1501), (1441, 2161), (9000, 1), (3, 4001), (700, 500)])
def test_a_view_of_a_large_jpeg_is_the_same_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    path = str(tmp_path / "x.jpg")
    slope(*size).save(path, quality=95)
    view = view_picture(path, 1000)
    with Image.open(path) as image:
        scale = min(1.0, 1000 / max(size))
        wanted = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        expected = np.asarray(image.convert("RGB").resize(wanted, Image.Resampling.BICUBIC))
    assert (view.facts.width, view.facts.height) == size
    assert view.pixels.shape == expected.shape
    assert np.abs(view.pixels.astype(int) - expected).mean() < 2


@given(st.integers(1, 1200), st.integers(1, 1200), st.sampled_from([64, 128, 256]))
@settings(max_examples=40, deadline=None)
def test_a_thumbnail_has_nearly_the_size_that_was_asked_for(width: int, height: int, px: int) -> None:
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    picture = Image.fromarray(np.dstack([across, down, np.full_like(across, 128)]).astype(np.uint8))
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder) / "x.png", picture)
        made = prepare_picture(path, PrepareOrder(BUILT_IN, thumbnail_px=px)).thumbnail
        assert made == make_thumbnail(path, px)
    with Image.open(io.BytesIO(made)) as thumbnail:
        longer = max(thumbnail.size)
        small = np.asarray(thumbnail).astype(int)
    asked = min(px, max(width, height))
    assert 15 / 16 * asked <= longer <= asked
    if min(small.shape[:2]) >= 16:
        # JPEG's own loss; of fewer pixels it keeps one colour.
        expected = picture.resize((small.shape[1], small.shape[0]), Image.Resampling.BOX)
        assert np.abs(small - np.asarray(expected)).mean() < 5


def test_a_kept_thumbnail_is_opened_as_pixels_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "green.png"
    Image.new("RGB", (40, 20), (0, 128, 0)).save(path)
    jpeg = make_thumbnail(str(path), 20)
    pixels = open_thumbnail(jpeg)
    assert pixels is not None
    assert pixels.shape == (10, 20, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - (0, 128, 0)).max() <= 2
    assert open_thumbnail(jpeg[:100]) is None
    assert open_thumbnail(b"") is None


def test_a_thumbnail_is_a_small_upright_jpeg(shared_data: Path) -> None:
    photo = str(shared_data / "odd-images" / "orientation_6.jpg")
    with Image.open(io.BytesIO(make_thumbnail(photo, 64))) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (64, 64))
        small = np.asarray(thumbnail)
    view = view_picture(photo, 64).pixels
    # JPEG halves the colours' resolution; a picture turned wrongly differs by 60 and more.
    assert np.abs(small.astype(int) - view).mean() < 8
