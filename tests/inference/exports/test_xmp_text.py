"""Labels become keywords, bytes become text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.exports.xmp_text import MAX_BYTES, PacketError, decoded, keyword_of, legal, markup


@pytest.mark.parametrize(
    ("label", "keyword"),
    [
        ("tabby", "tabby"),
        ("  tabby cat ", "tabby cat"),
        ("a|b/c", "a\uff5cb\uff0fc"),
        ("a\x00b", "a\\x00b"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("a\ufffeb\uffff", "a\\ufffeb\\uffff"),
        ("a\udcffb", "a\\xffb"),
        ("\u202eright\u200dleft", "\u202eright\u200dleft"),
        ("\U0001f408, a; b & <c>", "\U0001f408, a; b & <c>"),
        (" \n ", ""),
    ],
)
def test_a_label_becomes_one_keyword(label: str, keyword: str) -> None:
    assert keyword_of(label) == keyword


@given(st.text())
def test_a_keyword_stays_what_it_is(label: str) -> None:
    keyword = keyword_of(label)
    assert keyword_of(keyword) == keyword
    assert not set(keyword) & set("|/\x00\n\r")
    keyword.encode()


def test_only_what_readers_would_lose_is_replaced() -> None:
    assert legal("caf\u00e9 \u200b\U0001f408") == "caf\u00e9 \u200b\U0001f408"
    assert legal("\x85\u2028") == "\\x85\\u2028"


def test_markup_cannot_be_broken_out_of() -> None:
    assert markup('"a" <b> & ]]>') == "&quot;a&quot; &lt;b&gt; &amp; ]]&gt;"


@pytest.mark.parametrize(
    ("data", "text", "codec"),
    [
        (b"<a/>", "<a/>", "utf-8"),
        (b"\xef\xbb\xbf<a/>", "<a/>", "utf-8"),
        ("\ufeff<\u00e4/>".encode("utf-16-le"), "<\u00e4/>", "utf-16-le"),
        ("\ufeff<\u00e4/>".encode("utf-16-be"), "<\u00e4/>", "utf-16-be"),
        ("<\u00e4/>".encode("utf-16-le"), "<\u00e4/>", "utf-16-le"),
        ("<\u00e4/>".encode("utf-16-be"), "<\u00e4/>", "utf-16-be"),
    ],
)
def test_the_encoding_is_recognised_and_kept(data: bytes, text: str, codec: str) -> None:
    found, coding = decoded(data)
    assert (found, coding.codec) == (text, codec)
    assert coding.encoded(found) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\0\0", "empty"),
        (b"<a>\xff</a>", "neither UTF-8"),
        (b"\xff\xfe<\0\0", "neither UTF-8"),
        (b" " * MAX_BYTES + b"<a/>", "larger than 4 MiB"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PacketError, match=reason):
        decoded(data)
