"""Test gui/dropping.py: which addresses are files of this computer, and what a drop is."""

import os
import socket
import sys
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from gui.dropping import Drop, DropKind, decide, local_path, local_paths, pasted_paths, uri_list_of

_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX systems")


def _mime(uri_list: bytes = b"", *, text: str = "", image: QImage | None = None) -> QMimeData:
    mime = QMimeData()
    if uri_list:
        mime.setData("text/uri-list", uri_list)
    if text:
        mime.setText(text)
    if image is not None:
        mime.setImageData(image)
    return mime


@_POSIX
@pytest.mark.parametrize(
    ("url", "path"),
    [
        (b"file:///p/a.jpg", "/p/a.jpg"),
        (b"file:/p/a.jpg", "/p/a.jpg"),
        (b"FILE:///p/a.jpg", "/p/a.jpg"),
        (b"file://localhost/p/a.jpg", "/p/a.jpg"),
        (b"file://LOCALHOST/p/a.jpg", "/p/a.jpg"),
        (b"  file:///p/a.jpg\r", "/p/a.jpg"),
        (b"file:///p/with%20space.jpg", "/p/with space.jpg"),
        (b"file:///p/with space.jpg", "/p/with space.jpg"),
        (b"file:///p/A.JPG", "/p/A.JPG"),
        (b"file:///p/%23%3F%25.jpg", "/p/#?%.jpg"),
        (b"file:///p/100%.jpg", "/p/100%.jpg"),
        (b"file:///p/%zz.jpg", "/p/%zz.jpg"),
        (b"file:///p/a+b.jpg", "/p/a+b.jpg"),
        (b"file:///p/%C3%BC.jpg", "/p/ü.jpg"),
        ("file:///p/ü.jpg".encode(), "/p/ü.jpg"),
        (b"file:///p/u%CC%88.jpg", "/p/u\u0308.jpg"),
        (b"file:///p/%F0%9F%90%88.jpg", "/p/🐈.jpg"),
        (b"file:///p/%FF%FE.jpg", "/p/\udcff\udcfe.jpg"),
        (b"file:///p/\xff.jpg", "/p/\udcff.jpg"),
        (b"file:///p/line%0Abreak.jpg", "/p/line\nbreak.jpg"),
        (b"file:///p/%3Cimg%3E.jpg", "/p/<img>.jpg"),
        (b"file:///p/folder/", "/p/folder/"),
        (b"file:///p/../q/./a.jpg", "/p/../q/./a.jpg"),
        (b"file:///", "/"),
        (b"file:///p/a;b=c.jpg", "/p/a;b=c.jpg"),
        (b"file:////p/a.jpg", "//p/a.jpg"),
        (b"file:///p/a.jpg#frag", None),
        (b"file:///p/a.jpg?query", None),
        (b"file:///p/%00.jpg", None),
        (b"file:///p/a%00/../../etc/passwd", None),
        (b"file://server/share/a.jpg", None),
        (b"file://127.0.0.1/p/a.jpg", None),
        (b"file://user@localhost/p/a.jpg", None),
        (b"file://localhost:80/p/a.jpg", None),
        (b"file://localhost%00/p/a.jpg", None),
        (b"file:p/a.jpg", None),
        (b"file:", None),
        (b"file://", None),
        (b"http://example.org/a.jpg", None),
        (b"https://example.org/a.jpg", None),
        (b"ftp://example.org/a.jpg", None),
        (b"smb://server/share/a.jpg", None),
        (b"data:image/png;base64,AAAA", None),
        (b"javascript:alert(1)", None),
        (b"/p/a.jpg", None),
        (b"", None),
        (b":", None),
    ],
)
def test_only_files_of_this_computer_are_taken(url: bytes, path: str | None) -> None:
    assert local_path(url) == path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (b"file:///C:/p/a%20b.jpg", "C:\\p\\a b.jpg"),
        (b"file:///c:/p/a.jpg", "C:\\p\\a.jpg"),
        (b"file:///p/a.jpg", None),
        (b"file:///C:", None),
        (b"file://server/share/a.jpg", None),
        (b"file:////server/share/a.jpg", None),
        (b"file:///C:/%FF.jpg", None),
        (b"file:///C:/%00.jpg", None),
    ],
)
def test_windows_addresses(url: bytes, path: str | None) -> None:
    assert local_path(url, windows=True) == path


@_POSIX
@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name))
def test_every_name_that_a_file_can_have_comes_back_byte_for_byte(name: bytes) -> None:
    url = b"file:///" + quote_from_bytes(name).encode("ascii")
    path = local_path(url)
    assert path is not None
    assert os.fsencode(path) == b"/" + name


@_POSIX
def test_lists_keep_their_order_and_pass_over_comments_and_others() -> None:
    listing = b"# comment\r\nfile:///a\r\n\r\nhttp://x/y\r\nfile:///b\nfile:///a"
    assert local_paths(listing) == ["/a", "/b", "/a"]


@_POSIX
def test_qt_loses_bytes_that_we_keep() -> None:
    mime = _mime(b"file:///p/%FF.jpg\r\n")
    assert mime.urls()[0].toLocalFile() == "/p/\ufffd.jpg"  # the reason why urls() is not used
    assert local_paths(uri_list_of(mime)) == ["/p/\udcff.jpg"]


@_POSIX
@pytest.mark.parametrize(
    ("mime", "drop"),
    [
        (_mime(b"file:///a.jpg"), Drop(DropKind.FILES, 1)),
        (_mime(b"file:///a.jpg\nfile:///folder/\nhttp://x/"), Drop(DropKind.FILES, 2)),
        (_mime(b"file:///m.ONNX"), Drop(DropKind.MODEL, 1)),
        (_mime(b"file:///m.onnx\nfile:///a.jpg"), Drop(DropKind.FILES, 2)),
        (_mime(b"http://x/a.jpg"), Drop(DropKind.LINK)),
        (_mime(text="https://x/a.jpg"), Drop(DropKind.LINK)),
        (_mime(b"smb://server/a.jpg"), Drop(DropKind.NOTHING)),
        (_mime(text="some words"), Drop(DropKind.NOTHING)),
        (_mime(), Drop(DropKind.NOTHING)),
        (_mime(b"http://x/a.jpg", image=QImage(2, 2, QImage.Format.Format_RGB32)), Drop(DropKind.PICTURE, 1)),
        (_mime(b"file:///a.jpg", image=QImage(2, 2, QImage.Format.Format_RGB32)), Drop(DropKind.FILES, 1)),
    ],
)
def test_a_drop_is_decided(mime: QMimeData, drop: Drop) -> None:
    assert decide(mime) == drop
    assert drop.is_accepted == (drop.kind in {DropKind.FILES, DropKind.MODEL, DropKind.PICTURE})


@_POSIX
def test_only_the_first_entries_of_a_large_drop_are_looked_at() -> None:
    listing = b"".join(b"file:///p/%d.jpg\r\n" % number for number in range(100_000))
    assert decide(_mime(listing)) == Drop(DropKind.FILES, 200, has_more=True)
    assert decide(_mime(b"\n".join(listing.split(b"\r\n")[:200]))) == Drop(DropKind.FILES, 200)
    assert len(local_paths(listing)) == 100_000


def test_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a drop asked the network or the disk")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(os, "stat", refuse)
    assert decide(_mime(b"file://server/share/a.jpg\nhttp://example.org/a.jpg")).kind is DropKind.LINK


@_POSIX
def test_what_qt_writes_is_read() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/p/ä b#%.jpg")])
    assert local_paths(uri_list_of(mime)) == ["/p/ä b#%.jpg"]


@_POSIX
@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("/p/a.jpg", ["/p/a.jpg"]),
        ("'/p/a b.jpg'\n\"/p/c.jpg\"\n", ["/p/a b.jpg", "/p/c.jpg"]),
        ("file:///p/a%20b.jpg", ["/p/a b.jpg"]),
        ("/p/a.jpg\nhello", []),
        ("relative.jpg", []),
        ("http://x/a.jpg", []),
        ("", []),
    ],
)
def test_pasted_text_is_paths_or_nothing(text: str, paths: list[str]) -> None:
    assert pasted_paths(text) == paths
