"""The list of formats: what is read, what is refused by name, and what is no picture."""

import io

import pytest
from PIL import Image

from inference.pictures import read
from inference.pictures.formats import (
    READ_FORMATS,
    REFUSED_FORMATS,
    SNIFF_BYTES,
    has_picture_suffix,
    looks_like_picture,
    name_format,
    pillow_formats,
    read_names,
    suffix_of,
)

SAVED_AS = ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "HEIF", "PPM", "ICO", "QOI"]


def saved(pillow: str) -> bytes:
    read._set_up_decoders()
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 90)).save(file, pillow)
    return file.getvalue()


@pytest.mark.parametrize("pillow", SAVED_AS)
def test_a_real_file_of_each_read_format_is_known_by_its_bytes(pillow: str) -> None:
    first = saved(pillow)[:SNIFF_BYTES]
    named = name_format(first, ".txt")
    assert looks_like_picture(first)
    assert named is not None
    assert named.pillow == pillow


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"8BPS\0\x01\0\0", "Photoshop (PSD)"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript (EPS)"),
        (b"\xc5\xd0\xd3\xc6\x20\0\0\0", "PostScript (EPS)"),
        (b"\x01\xda\x01\x01\0\x03", "SGI"),
        (b"BLP2\x01\0\0\0", "BLP texture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg width="1">', "SVG drawing"),
        (b"FUJIFILMCCD-RAW 0201", "camera raw"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01", "camera raw"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
    ],
)
def test_a_refused_format_is_a_picture_with_a_name(first: bytes, name: str) -> None:
    named = name_format(first, ".jpg")
    assert looks_like_picture(first)
    assert named is not None
    assert named.name == name
    assert named.pillow == ""


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"BMW drives are fast and this is a text",
        b"P2 or not P2, that is the question",
        b"plain words",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<!DOCTYPE html><html><body>",
        b"svg is a format",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypisom",
        b"GIF88a",
    ],
)
def test_other_files_are_no_pictures(first: bytes) -> None:
    assert not looks_like_picture(first)
    assert name_format(first, ".jpg") is None


def test_a_camera_raw_file_is_not_taken_for_the_tiff_it_looks_like() -> None:
    tiff = saved("TIFF")[:SNIFF_BYTES]
    raw, plain = name_format(tiff, ".nef"), name_format(tiff, ".tif")
    assert raw is not None
    assert raw.name == "camera raw"
    assert plain is not None
    assert plain.pillow == "TIFF"


def test_tga_is_known_by_its_suffix_only() -> None:
    assert "TGA" in pillow_formats(".tga")
    assert "TGA" not in pillow_formats(".jpg")
    named = name_format(b"\0\0\x02\0", ".tga")
    assert named is not None
    assert named.pillow == "TGA"


def test_suffixes_count_in_any_case_and_only_at_the_end() -> None:
    assert suffix_of("/a.b/C.JPeG") == ".jpeg"
    assert has_picture_suffix("holiday.HEIC")
    assert has_picture_suffix("layers.psd")
    assert not has_picture_suffix("photo.jpg.txt")
    assert not has_picture_suffix("jpg")


def test_no_suffix_belongs_to_two_formats() -> None:
    suffixes = [suffix for kind in (*READ_FORMATS, *REFUSED_FORMATS) for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_the_sentence_of_formats_is_made_from_the_list() -> None:
    assert read_names() == ("JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, JPEG 2000, HEIC, MPO, PPM, ICO, QOI and TGA")
