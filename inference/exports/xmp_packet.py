"""Find keyword fields, and what this program wrote down about its own keywords, in an XMP packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from inference.exports.xmp_text import PacketError
from inference.exports.xmp_tree import Document, Element, Name, parse

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OURS = "urn:cardinal:xmp:1.0/"
"""Namespace of what this program notes in a packet. It ends in a slash because other programs append one if not."""

OUR_PREFIX = "cardinal"
OUR_TOOLKIT = "Cardinal"
"""`x:xmptk` of packets that this program began; others put their own name there when they write the file anew."""

_META = "adobe:ns:meta/"
_ROOTS = frozenset({(_META, "xmpmeta"), (_META, "xapmeta")})
_CONTAINERS = frozenset({(RDF, "Bag"), (RDF, "Seq"), (RDF, "Alt")})
_DESCRIPTION: Name = (RDF, "Description")
_ITEM: Name = (RDF, "li")
_ABOUT = ((RDF, "about"), ("", "about"))
_MADE = "made"


@dataclass(frozen=True, slots=True)
class Field:
    """A property that holds keywords.

    Attributes:
        prefix: as it is usually written.
        name: namespace and local name.
        container: "Bag" (in no order) or "Seq" (in order), where this program begins the field.
        noted_as: property of our namespace that lists what we added to the field.
        separator: between the root tag and the keyword; empty where the keyword stands alone.
        other_names: under which other programs may have written it.
    """

    prefix: str
    name: Name
    container: str
    noted_as: str
    separator: str
    other_names: tuple[Name, ...] = ()

    @property
    def title(self) -> str:
        """As people know it: "dc:subject"."""
        return f"{self.prefix}:{self.name[1]}"

    def value(self, root: str, keyword: str) -> str:
        """The keyword as the field holds it."""
        return f"{root}{self.separator}{keyword}" if self.separator else keyword


SUBJECT = Field("dc", ("http://purl.org/dc/elements/1.1/", "subject"), "Bag", "keywords", "")
HIERARCHICAL = Field("lr", ("http://ns.adobe.com/lightroom/1.0/", "hierarchicalSubject"), "Bag", "paths", "|")
TAGS_LIST = Field("digiKam", ("http://www.digikam.org/ns/1.0/", "TagsList"), "Seq", "tags", "/")
LAST_KEYWORD = Field(
    "MicrosoftPhoto",
    ("http://ns.microsoft.com/photo/1.0/", "LastKeywordXMP"),
    "Bag",
    "lastKeywords",
    "/",
    # ExifTool takes the slash away.
    (("http://ns.microsoft.com/photo/1.0", "LastKeywordXMP"),),
)
FIELDS = (SUBJECT, HIERARCHICAL, TAGS_LIST, LAST_KEYWORD)


@dataclass(frozen=True, slots=True)
class Note:
    """What this program wrote down in a packet about its own keywords.

    Attributes:
        facts: about the label ("label", "state", "source", "score", "model", "modelHash"), as text.
        added: for each field's `noted_as`, the values that we added; values that were there before are not among them.
        made: titles of the fields that were not there before.
    """

    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    added: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    made: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a field."""

    element: Element
    text: str


@dataclass(frozen=True, slots=True)
class Packet:
    """An XMP packet.

    Attributes:
        document: its XML.
        rdf: the `rdf:RDF` element.
        descriptions: the `rdf:Description` elements directly in it.
    """

    document: Document
    rdf: Element
    descriptions: tuple[Element, ...]

    @classmethod
    def read(cls, data: bytes) -> Packet:
        """Find the parts of a packet.

        Args:
            data: UTF-8.

        Raises:
            PacketError: it is not XML or not XMP.
        """
        document = parse(data)
        root = document.root
        candidates = root.children if root.name in _ROOTS else [root]
        found = [element for element in candidates if element.name == (RDF, "RDF")]
        if len(found) != 1:
            raise PacketError("It is XML, but not XMP.")
        descriptions = tuple(child for child in found[0].children if child.name == _DESCRIPTION)
        return cls(document, found[0], descriptions)

    @property
    def about(self) -> str:
        """What the descriptions say that they are about; all have to say the same. Usually empty."""
        stated = (element.attributes.get(name, "") for element in self.descriptions for name in _ABOUT)
        return next(filter(None, stated), "")

    @property
    def toolkit(self) -> str:
        """The program that wrote the packet, as it says."""
        return self.document.root.attributes.get((_META, "xmptk"), "")

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing in it: no property, no remark, nothing beside the RDF."""
        is_alone = self.rdf.parent is None or self.rdf.parent.children == [self.rdf]
        return is_alone and not self.rdf.children and not self.rdf.text and not self.document.remarks

    def field_container(self, field: Field) -> Element | None:
        """The container of a field's values, or None where the packet has no such field.

        Raises:
            PacketError: the field is there twice, or is written in a form that this program does not change.
        """
        names = {field.name, *field.other_names}
        found = [child for element in self.descriptions for child in element.children if child.name in names]
        is_attribute = any(not names.isdisjoint(element.attributes) for element in self.descriptions)
        if not found and not is_attribute:
            return None
        container = _container_of(found[0]) if len(found) == 1 and not is_attribute else None
        if container is None:
            raise PacketError(f"Its {field.title} is written in a form that Cardinal does not change.")
        return container

    def items(self, field: Field) -> list[Item]:
        """The values of a field, without those that are more than text.

        Raises:
            PacketError: as `field_container`.
        """
        container = self.field_container(field)
        return [] if container is None else _items_of(container)

    def own_elements(self) -> list[Element]:
        """The properties of our namespace that are written as elements."""
        return [child for element in self.descriptions for child in element.children if child.name[0] == OURS]

    def note(self) -> Note | None:
        """What this program wrote down in it, in whatever form another program has put it since; None where nothing."""
        lists: dict[str, list[str]] = {}
        facts = {
            name: value.strip()
            for element in self.descriptions
            for (namespace, name), value in element.attributes.items()
            if namespace == OURS
        }
        for element in self.own_elements():
            container = _container_of(element)
            if container is None:
                facts[element.name[1]] = element.text
            else:
                lists.setdefault(element.name[1], []).extend(item.text for item in _items_of(container))
        if not facts and not lists:
            return None
        made = frozenset(lists.pop(_MADE, ()))
        return Note(facts, {name: tuple(values) for name, values in lists.items()}, made)


def is_about(name: Name) -> bool:
    """Whether an attribute only says which picture a description is about."""
    return name in _ABOUT


def _container_of(element: Element) -> Element | None:
    """The one container that a property consists of; None where it is written otherwise."""
    if len(element.children) != 1 or element.text or element.attributes:
        return None
    container = element.children[0]
    return container if container.name in _CONTAINERS and not container.text else None


def _items_of(container: Element) -> list[Item]:
    return [
        Item(child, child.text)
        for child in container.children
        if child.name == _ITEM and not child.children and not any(name[0] == RDF for name in child.attributes)
    ]
