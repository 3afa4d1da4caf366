"""Keyword fields are found in every form that programs give them, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from inference.exports.xmp_packet import HIERARCHICAL, OURS, SUBJECT, TAGS_LIST, Packet
from inference.exports.xmp_text import PacketError
from tests.inference.exports.sidecar_samples import DARKTABLE, DIGIKAM, LIGHTROOM, ONE_LINE

RDF_OPEN = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def test_the_fields_of_other_programs_are_read() -> None:
    darktable, lightroom = Packet.read(DARKTABLE), Packet.read(LIGHTROOM)
    assert [item.text for item in darktable.items(SUBJECT)] == ["garden", "cats & dogs"]
    assert [item.text for item in darktable.items(HIERARCHICAL)] == ["places|garden"]
    assert darktable.items(TAGS_LIST) == []
    assert [item.text for item in lightroom.items(HIERARCHICAL)] == ["Animals|Cat"]
    assert lightroom.field_container(SUBJECT) is None
    assert Packet.read(ONE_LINE).items(SUBJECT) == []
    assert Packet.read(ONE_LINE).about == "uuid:a&b"
    assert [item.text for item in Packet.read(DIGIKAM).items(TAGS_LIST)] == ["Tiere/Katze", "Orte/Z\u00fcrich"]


def test_the_toolkit_is_who_wrote_it() -> None:
    assert Packet.read(DARKTABLE).toolkit == "XMP Core 4.4.0-Exiv2"
    assert Packet.read(RDF_OPEN + b"/>").toolkit == ""


def test_rdf_without_a_wrapper_is_xmp() -> None:
    assert Packet.read(RDF_OPEN + b"/>").is_bare


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><metadata>" + RDF_OPEN + b"/></metadata></svg>",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + RDF_OPEN + b"/>" + RDF_OPEN + b"/></x:xmpmeta>",
        b"<html/>",
    ],
)
def test_other_xml_is_not_xmp(data: bytes) -> None:
    with pytest.raises(PacketError, match="not XMP"):
        Packet.read(data)


def test_a_note_is_read_from_attributes_and_from_elements() -> None:
    data = (
        RDF_OPEN
        + f""" xmlns:c="{OURS}"><rdf:Description c:label="cat" c:score="0.5"/><rdf:Description>
        <c:state>accepted</c:state><c:keywords><rdf:Seq><rdf:li>cat</rdf:li></rdf:Seq></c:keywords>
        <c:made><rdf:Bag><rdf:li>dc:subject</rdf:li></rdf:Bag></c:made></rdf:Description></rdf:RDF>""".encode()
    )
    note = Packet.read(data).note()
    assert note is not None
    assert note.facts == {"label": "cat", "score": "0.5", "state": "accepted"}
    assert note.added == {"keywords": ("cat",)}
    assert note.made == {"dc:subject"}
    assert Packet.read(DARKTABLE).note() is None
