"""Reading a file: upright once, first frame, limits before memory, and one word for each way to fail."""

import hashlib
import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from inference.errors import ImageProblem, ImageReadError
from inference.pictures import read
from inference.pictures.read import ReadLimits, read_picture, to_array
from inference.results import CropGeometry
from tests.inference.attention.patches import STORED_AS

ORIENTATION = 274
ALL_FORMATS = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("GIF", {}),
    ("BMP", {}),
    ("AVIF", {}),
    ("JPEG2000", {}),
    ("JPEG2000", {"no_jp2": True}),
    ("HEIF", {}),
    ("PPM", {}),
    ("TGA", {}),
    ("TGA", {"compression": "tga_rle"}),
    ("ICO", {"sizes": [(64, 48)]}),
    ("QOI", {}),
]


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Four quarters of different colours: red, green / blue, white."""
    image = Image.new("RGB", (width, height), (255, 255, 255))
    image.paste((250, 0, 0), (0, 0, width // 2, height // 2))
    image.paste((0, 250, 0), (width // 2, 0, width, height // 2))
    image.paste((0, 0, 250), (0, height // 2, width // 2, height))
    return image


def encoded(image: Image.Image, pillow: str, **options: object) -> bytes:
    read._set_up_decoders()
    file = io.BytesIO()
    image.save(file, pillow, **options)
    return file.getvalue()


def problem_of(path: str, limits: ReadLimits | None = None) -> ImageReadError:
    with pytest.raises(ImageReadError) as caught:
        read_picture(path, limits=limits)
    assert caught.value.path == path
    return caught.value


@pytest.mark.parametrize(("pillow", "options"), ALL_FORMATS)
def test_every_format_gives_its_pixels_and_facts(tmp_path: Path, pillow: str, options: dict[str, object]) -> None:
    path = tmp_path / ("x.tga" if pillow == "TGA" else "misnamed.txt")
    data = encoded(quarters(), pillow, **options)
    path.write_bytes(data)
    picture = read_picture(str(path))
    facts = picture.facts
    assert (facts.width, facts.height, facts.format, facts.size_bytes) == (64, 48, pillow, len(data))
    assert not facts.has_more_frames
    assert not facts.has_bad_profile
    pixels = to_array(picture.image)
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    for (row, column), colour in {(12, 16): (250, 0, 0), (12, 48): (0, 250, 0), (36, 16): (0, 0, 250)}.items():
        assert np.abs(pixels[row, column].astype(int) - colour).max() < 25


@pytest.mark.parametrize(("pillow", "options"), ALL_FORMATS)
def test_a_file_cut_anywhere_is_an_error_or_whole(tmp_path: Path, pillow: str, options: dict[str, object]) -> None:
    noise = np.random.default_rng(5).integers(0, 32, (96, 96, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(np.asarray(quarters(96, 96)) // 2 + noise), pillow, **options)
    path = tmp_path / ("x.tga" if pillow == "TGA" else "x.jpg")
    path.write_bytes(data)
    whole = to_array(read_picture(str(path)).image)
    problems = set()
    for kept in [*(len(data) * tenth // 10 for tenth in range(1, 10)), len(data) - 3, len(data) - 1]:
        path.write_bytes(data[:kept])
        try:
            cut = to_array(read_picture(str(path)).image)
        except ImageReadError as error:
            problems.add(error.problem)
        else:
            assert np.array_equal(cut, whole), f"{kept} of {len(data)} bytes were taken for a whole picture"
    assert problems == {ImageProblem.TRUNCATED}


def with_orientation(image: Image.Image, pillow: str, value: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    if pillow != "HEIF":
        return encoded(image, pillow, exif=exif)
    # From here the HEIF writer makes the boxes that turn the picture; EXIF's word has no meaning in a HEIF file.
    image.info["exif"] = exif.tobytes()
    return encoded(image, pillow)


@pytest.mark.parametrize("value", [1, 2, 3, 4, 5, 6, 7, 8, 9])
@pytest.mark.parametrize("pillow", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_each_orientation_is_applied_exactly_once(tmp_path: Path, pillow: str, value: int) -> None:
    upright = quarters()
    turn = STORED_AS.get(value)
    stored = upright.transpose(turn) if turn is not None else upright
    path = tmp_path / "x"
    path.write_bytes(with_orientation(stored, pillow, value))
    picture = read_picture(str(path))
    assert (picture.facts.width, picture.facts.height) == (64, 48)
    difference = np.asarray(picture.image).astype(int) - np.asarray(upright)
    assert np.abs(difference).mean() < 12


def test_broken_metadata_never_costs_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(encoded(quarters(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\xff\xff broken"))
    assert read_picture(str(path)).facts.width == 64


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("size", [(401, 301), (400, 304), (9, 9)])
def test_a_smaller_decoding_knows_where_the_original_lies(tmp_path: Path, value: int, size: tuple[int, int]) -> None:
    path = tmp_path / "x.jpg"
    slope = np.linspace(0, 255, size[0])[None, :, None] * np.ones((size[1], 1, 3))
    path.write_bytes(with_orientation(Image.fromarray(slope.astype(np.uint8)), "JPEG", value))
    full, small = read_picture(str(path)), read_picture(str(path), shrink_to=70)
    assert small.facts == full.facts
    assert min(small.image.size) >= min(70, *size)
    assert small.shrink == (4 if size[0] > 100 else 1)
    whole = CropGeometry(0, 0, full.facts.width, full.facts.height)
    as_small = full.image.resize((32, 32), Image.Resampling.BOX, box=full.box_of(whole))
    from_small = small.image.resize((32, 32), Image.Resampling.BOX, box=small.box_of(whole))
    # One decoded column is 2.5 levels of the slope wide; at 401 the last one reaches 3/4 beyond the original.
    assert abs((np.asarray(as_small).astype(int) - np.asarray(from_small)).mean()) < 0.9


def test_more_frames_are_noticed_and_the_first_is_used(tmp_path: Path) -> None:
    others = [Image.new("RGB", (64, 48), (0, 0, 0))] * 2
    for pillow in ("GIF", "PNG", "WEBP", "TIFF", "AVIF", "MPO"):
        path = tmp_path / pillow
        path.write_bytes(encoded(quarters(), pillow, save_all=True, append_images=others))
        picture = read_picture(str(path))
        assert picture.facts.has_more_frames, pillow
        assert np.asarray(picture.image)[8, 12, 0] > 200, pillow


def test_what_is_no_file_has_its_own_words(tmp_path: Path) -> None:
    assert problem_of(str(tmp_path / "gone.jpg")).problem is ImageProblem.MISSING
    (tmp_path / "file").touch()
    assert problem_of(str(tmp_path / "file" / "x.jpg")).problem is ImageProblem.MISSING
    folder = problem_of(str(tmp_path))
    assert (folder.problem, folder.detail) == (ImageProblem.NOT_A_FILE, "It is a folder.")
    assert problem_of("nul\0.jpg").problem is ImageProblem.UNREADABLE
    assert problem_of(str(tmp_path / ("n" * 300))).problem is ImageProblem.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_named_like_a_picture_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "x.jpg"
    os.mkfifo(pipe)
    error = problem_of(str(pipe))
    assert (error.problem, error.detail) == (ImageProblem.NOT_A_FILE, "It is a named pipe.")
    assert problem_of("/dev/zero").detail == "It is a device."


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_forbidden_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"x")
    path.chmod(stat.S_IWUSR)
    assert problem_of(str(path)).problem is ImageProblem.NO_PERMISSION


def test_a_refused_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(read, "open_regular", refuse)
    assert problem_of(str(tmp_path / "x.jpg")).problem is ImageProblem.NO_PERMISSION


def test_limits_hold_before_memory_is_taken(tmp_path: Path) -> None:
    empty, sparse, large = tmp_path / "e.jpg", tmp_path / "s.jpg", tmp_path / "l.png"
    empty.touch()
    assert problem_of(str(empty)).problem is ImageProblem.EMPTY
    with sparse.open("wb") as file:
        file.truncate(8 * 2**30)
    error = problem_of(str(sparse))
    assert str(error) == "The file is too large. It has 8,192 MB. The limit is 512 MB."
    large.write_bytes(encoded(Image.new("1", (1001, 1000)), "PNG"))
    error = problem_of(str(large), ReadLimits(max_pixels=1_000_000))
    assert error.problem is ImageProblem.TOO_MANY_PIXELS
    assert read_picture(str(large), limits=ReadLimits(max_pixels=1_001_000)).facts.width == 1001


def test_an_icon_may_not_hide_a_larger_picture(tmp_path: Path) -> None:
    png = encoded(Image.new("RGB", (300, 300)), "PNG")
    icon = bytearray(encoded(Image.new("RGB", (16, 16)), "ICO", sizes=[(16, 16)]))
    icon = icon[:14] + len(png).to_bytes(4, "little") + (22).to_bytes(4, "little") + png
    path = tmp_path / "x.ico"
    path.write_bytes(icon)
    assert problem_of(str(path), ReadLimits(max_pixels=10_000)).problem is ImageProblem.TOO_MANY_PIXELS


def test_a_refused_format_is_named_with_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"8BPS\0\x01" + bytes(100))
    error = problem_of(str(path))
    assert error.problem is ImageProblem.UNSUPPORTED_FORMAT
    assert error.detail.startswith("Its format is Photoshop (PSD). Cardinal reads JPEG, PNG, ")


def test_a_camera_raw_file_is_not_shown_by_its_preview(tmp_path: Path) -> None:
    path = tmp_path / "x.NEF"
    path.write_bytes(encoded(quarters(), "TIFF"))
    assert problem_of(str(path)).problem is ImageProblem.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("content", [b"words, not a picture", b"<html>", b"\0" * 500, b"PK\x03\x04" + b"x" * 400])
def test_other_bytes_are_no_image(tmp_path: Path, content: bytes) -> None:
    for name in ("x.jpg", "x.tga", "x.mpo"):
        path = tmp_path / name
        path.write_bytes(content)
        assert problem_of(str(path)).problem is ImageProblem.NOT_AN_IMAGE, name


def test_damage_is_told_from_a_missing_end(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    data = bytearray(encoded(quarters(), "PNG"))
    at = data.index(b"IDAT") + 12
    data[at : at + 20] = bytes(20)
    path.write_bytes(data)
    assert problem_of(str(path)).problem is ImageProblem.DAMAGED


def test_the_facts_say_which_bytes_were_read(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(encoded(quarters(), "PNG"))
    os.utime(path, ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    facts = read_picture(str(path), shrink_to=8).facts
    assert facts.content_hash == hashlib.sha256(path.read_bytes()).digest()
    assert facts.mtime_ns == path.stat().st_mtime_ns


def _while_reading(monkeypatch: pytest.MonkeyPatch, interfere: Callable[[int], None]) -> None:
    """Call `interfere` with 1, 2 ... each time that a file has been opened and looked at, before its bytes are read."""
    real, calls = os.fstat, []

    def fstat(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        if sys._getframe(1).f_code.co_name == "_try_to_read":
            calls.append(descriptor)
            if len(calls) % 2:
                interfere(len(calls) // 2 + 1)
        return status

    monkeypatch.setattr(os, "fstat", fstat)


def _longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _shorter(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _rewritten(path: Path) -> None:
    data = path.read_bytes()
    mtime_ns = path.stat().st_mtime_ns
    path.write_bytes(data)
    os.utime(path, ns=(mtime_ns + 1, mtime_ns + 1))


@pytest.mark.parametrize("change", [_longer, _shorter, _rewritten])
def test_a_file_that_keeps_changing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(encoded(quarters(), "PNG"))
    rounds: list[int] = []

    def interfere(number: int) -> None:
        rounds.append(number)
        change(path)

    _while_reading(monkeypatch, interfere)
    error = problem_of(str(path))
    assert error.problem is ImageProblem.UNREADABLE
    assert str(error) == "It cannot be read from the disk. It changed while it was read."
    assert rounds == [1, 2]


def test_a_file_that_changed_once_is_read_again_and_the_facts_are_of_the_new_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(encoded(quarters(), "PNG"))
    new = encoded(quarters(128, 96), "PNG")

    def interfere(number: int) -> None:
        if number == 1:
            path.write_bytes(new)

    _while_reading(monkeypatch, interfere)
    facts = read_picture(str(path)).facts
    assert (facts.width, facts.content_hash) == (128, hashlib.sha256(new).digest())
    assert facts.mtime_ns == path.stat().st_mtime_ns


def test_running_out_of_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(self: ImageFile.ImageFile) -> None:
        raise MemoryError

    path = tmp_path / "x.bmp"
    path.write_bytes(encoded(quarters(), "BMP"))
    monkeypatch.setattr(ImageFile.ImageFile, "load", no_memory)
    assert problem_of(str(path)).problem is ImageProblem.OUT_OF_MEMORY


def test_incomplete_pictures_stay_errors_for_the_whole_process() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_pillow_agrees_about_being_upright(shared_data: Path) -> None:
    for value in range(2, 9):
        path = shared_data / "odd-images" / f"orientation_{value}.jpg"
        with Image.open(path) as image:
            expected = np.asarray(ImageOps.exif_transpose(image))
        assert np.array_equal(np.asarray(read_picture(str(path)).image), expected)
