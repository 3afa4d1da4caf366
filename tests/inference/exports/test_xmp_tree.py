"""Elements know where they stand, and bombs do not go off."""

from __future__ import annotations

from xml.parsers import expat

import pytest

from inference.exports.xmp_text import PacketError
from inference.exports.xmp_tree import MAX_DEPTH, MAX_ELEMENTS, Edit, Element, edited, parse

DOCUMENT = (
    "<?xml version='1.0' encoding='x-anything'?><!--before-->\n"
    "<a:root xmlns:a='urn:a' b='1' a:b = \"2 > 1\"  ><a:empty/>text &amp; \u00e4"
    "<full c='/'></full> <![CDATA[<raw>]]><?do it?><deep xmlns='urn:d'><er/></deep ></a:root >\n"
).encode()


def _source(element: Element) -> bytes:
    return DOCUMENT[element.start : element.end]


def _inside(element: Element) -> bytes:
    return DOCUMENT[element.content_start : element.content_end]


def test_each_element_knows_its_bytes() -> None:
    root = parse(DOCUMENT).root
    empty, full, deep = root.children
    assert _source(root).startswith(b"<a:root xmlns")
    assert _source(root).endswith(b"</a:root >")
    assert _inside(root).startswith(b"<a:empty/>text")
    assert (_source(empty), _inside(empty), empty.closes_itself) == (b"<a:empty/>", b"", True)
    assert (_source(full), _inside(full), full.closes_itself) == (b"<full c='/'></full>", b"", False)
    assert (_source(deep), _inside(deep)) == (b"<deep xmlns='urn:d'><er/></deep >", b"<er/>")
    assert deep.children[0].name == ("urn:d", "er")
    assert (root.prefix, deep.prefix) == ("a", "")
    assert root.text == "text & \u00e4 <raw>"
    assert root.remarks == 1


def test_attributes_are_found_by_namespace() -> None:
    document = parse(DOCUMENT)
    assert document.root.attributes == {("", "b"): "1", ("urn:a", "b"): "2 > 1"}
    spans = {name: DOCUMENT[start:end] for name, start, end in document.attribute_spans(document.root)}
    assert spans["", "b"] == b" b='1'"
    assert spans["urn:a", "b"] == b' a:b = "2 > 1"'


def test_prefixes_mean_what_they_mean_there() -> None:
    root = parse(DOCUMENT).root
    inner = root.children[2].children[0]
    assert (inner.namespace("a"), inner.namespace(""), root.namespace(""), root.namespace("z")) == (
        "urn:a",
        "urn:d",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (b"<a><b/> </a>", b"<a>\n <b></b></a>", True),
        (b"<x:a xmlns:x='u'/>", b"<a xmlns='u'/>", True),
        (b"<a b='1' c='2'/>", b"<a c='2'\nb='1'/>", True),
        (b"<a>x</a>", b"<a>y</a>", False),
        (b"<a b='1'/>", b"<a b='2'/>", False),
        (b"<a/>", b"<a><!--x--></a>", False),
        (b"<a><b/><c/></a>", b"<a><c/><b/></a>", False),
        (b"<a><b><c/></b></a>", b"<a><b/><c/></a>", False),
    ],
)
def test_events_are_equal_where_the_content_is(one: bytes, other: bytes, is_same: bool) -> None:
    assert (parse(one).events() == parse(other).events()) is is_same


def test_edits_leave_all_else_alone() -> None:
    assert (
        edited(b"0123456789", [Edit(8, 8, b"<"), Edit(2, 4), Edit(8, 8, b">"), Edit(0, 1, b"zero")]) == b"zero14567<>89"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not xml", "not well-formed"),
        (b"<a>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"<a:b/>", "not well-formed"),
        (b"<a>&unknown;</a>", "not well-formed"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"),
        (b"<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'>]><a>&y;</a>", "DOCTYPE"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "deeper"),
        (b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>", "more elements"),
    ],
    ids=lambda value: value[:24].decode() if isinstance(value, bytes) else None,
)
def test_what_is_no_xmp_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PacketError, match=reason):
        parse(data)


def test_an_old_parser_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expat, "version_info", (2, 4, 0))
    with pytest.raises(PacketError, match="too old"):
        parse(b"<a/>")
