"""Read XML into elements that know where in the bytes they stand, so that editing leaves all other bytes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from inference.exports.xmp_text import PacketError

Name = tuple[str, str]
"""Namespace and local name."""

Event = tuple[str, object]
"""One thing that a reader of the document sees, see `Document.events`."""

MAX_ELEMENTS = 100_000
MAX_DEPTH = 100
_SAFE_EXPAT = (2, 4, 1)
"""The first expat that counts how much entities blow up."""

_BETWEEN = "\n"
"""Stands between namespace and name; expat refuses namespaces that contain it."""

# Possessive, and only from the first space on: a tag of a million spaces takes no longer than any other.
_ATTRIBUTE = re.compile(rb"""(?<!\s)\s++([^\s=/>]++)\s*+=\s*+("[^"]*"|'[^']*')""")
_SPACES = b" \t\r\n"


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        name: namespace and local name.
        prefix: as it is written, or empty.
        parent: None for the root.
        attributes: by name; declarations of namespaces are not among them.
        declared: namespaces that its start tag declares, by prefix.
        start: byte where its start tag begins.
        content_start: byte after its start tag.
        content_end: byte where its end tag begins; that after the tag where it closes itself.
        end: byte after it.
        closes_itself: it is written as `<name/>`.
        children: elements directly in it.
        texts: pieces of text directly in it.
        remarks: comments and processing instructions directly in it.
    """

    name: Name
    prefix: str
    parent: Element | None
    attributes: dict[Name, str]
    declared: dict[str, str]
    start: int
    content_start: int = -1
    content_end: int = -1
    end: int = -1
    closes_itself: bool = False
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    remarks: int = 0

    @property
    def text(self) -> str:
        """The text directly in it, without spaces around."""
        return "".join(self.texts).strip()

    def namespace(self, prefix: str) -> str | None:
        """What a prefix means inside the element."""
        element: Element | None = self
        while element is not None:
            if prefix in element.declared:
                return element.declared[prefix]
            element = element.parent
        return None


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed document without a document type.

    Attributes:
        data: UTF-8.
        root: its outermost element.
        encoding: what the XML declaration says, or None.
        remarks: comments and processing instructions in all of it.
    """

    data: bytes
    root: Element
    encoding: str | None
    remarks: int
    _seen: Sequence[Event]

    def events(self) -> list[Event]:
        """What a reader sees, in order, without prefixes and spaces between elements: equal where the content is."""
        return [event for event in map(_joined, self._seen) if event != ("text", "")]

    def attribute_spans(self, element: Element) -> Iterator[tuple[Name, int, int]]:
        """Each attribute of the element and the bytes where it stands, with the spaces before it."""
        for match in _ATTRIBUTE.finditer(self.data, element.start, element.content_start):
            prefix, colon, local = match[1].decode().rpartition(":")
            namespace = element.namespace(prefix) if colon else ""
            yield (namespace or "", local), match.start(), match.end()

    def start_with_spaces(self, element: Element) -> int:
        """The byte where the spaces before the element begin."""
        start = element.start
        while start > 0 and self.data[start - 1] in _SPACES:
            start -= 1
        return start


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes to put in place of those from `start` to `end`."""

    start: int
    end: int
    replacement: bytes = b""


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes with all edits done; edits do not overlap, and those at one place keep their order."""
    pieces = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [data[done : edit.start], edit.replacement]
        done = edit.end
    return b"".join([*pieces, data[done:]])


def parse(data: bytes) -> Document:
    """Read a document.

    Args:
        data: UTF-8, whatever its XML declaration says.

    Raises:
        PacketError: it is not well-formed, has a document type (entities), or is a bomb.
    """
    if expat.version_info < _SAFE_EXPAT:
        raise PacketError("This system's XML parser (expat) is too old to read it safely.")
    builder = _Builder(data)
    try:
        return builder.document()
    except expat.ExpatError as error:
        raise PacketError(f"It is not well-formed XML (line {error.lineno}).") from error


class _Builder:
    """Puts elements together from what expat reports."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parser = expat.ParserCreate("UTF-8", _BETWEEN)
        self._root: Element | None = None
        self._open: list[Element] = []
        self._elements = 0
        self._remarks = 0
        self._pending: dict[str, str] = {}
        self._encoding: str | None = None
        self._seen: list[Event] = []

    def document(self) -> Document:
        parser = self._parser
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = self._on_text
        parser.CommentHandler = self._on_comment
        parser.ProcessingInstructionHandler = self._on_instruction
        parser.StartCdataSectionHandler = self._close_start_tag
        parser.StartNamespaceDeclHandler = self._on_namespace
        parser.XmlDeclHandler = self._on_declaration
        parser.StartDoctypeDeclHandler = self._on_document_type
        parser.Parse(self._data, True)
        assert self._root is not None  # noqa: S101 - expat has refused a document without an element
        return Document(self._data, self._root, self._encoding, self._remarks, self._seen)

    def _on_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._encoding = encoding

    def _on_document_type(self, *_facts: object) -> None:
        raise PacketError("It has a document type (DOCTYPE), which XMP must not have.")

    def _on_namespace(self, prefix: str | None, namespace: str | None) -> None:
        self._pending[prefix or ""] = namespace or ""

    def _on_start(self, name: str, pairs: list[str]) -> None:
        self._close_start_tag()
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise PacketError("It has more elements, or elements deeper in one another, than XMP ever has.")
        parent = self._open[-1] if self._open else None
        expanded, prefix = _split(name)
        attributes = {_split(pairs[at])[0]: pairs[at + 1] for at in range(0, len(pairs), 2)}
        declared, self._pending = self._pending, {}
        element = Element(expanded, prefix, parent, attributes, declared, self._parser.CurrentByteIndex)
        if parent is None:
            self._root = element
        else:
            parent.children.append(element)
        self._open.append(element)
        self._seen.append(("start", (expanded, frozenset(attributes.items()))))

    def _on_end(self, _name: str) -> None:
        at = self._parser.CurrentByteIndex
        element = self._open.pop()
        # For `<name/>` expat stands behind the tag, for `</name>` before it.
        element.closes_itself = element.content_start < 0 and self._data[at - 2 : at] == b"/>"
        if element.content_start < 0:
            element.content_start = at
        element.content_end = at
        element.end = at if element.closes_itself else self._data.index(b">", at) + 1
        self._seen.append(("end", None))

    def _on_text(self, text: str) -> None:
        self._close_start_tag()
        self._open[-1].texts.append(text)
        if self._seen[-1][0] != "text":
            self._seen.append(("text", []))
        pieces = self._seen[-1][1]
        assert isinstance(pieces, list)  # noqa: S101 - put there above
        pieces.append(text)

    def _on_comment(self, text: str) -> None:
        self._remark("comment", text)

    def _on_instruction(self, target: str, text: str) -> None:
        self._remark("instruction", f"{target} {text}")

    def _remark(self, kind: str, text: str) -> None:
        self._close_start_tag()
        # The wrapper of a packet (xpacket) is no remark of anybody.
        if not (kind == "instruction" and text.startswith("xpacket ")):
            self._remarks += 1
            if self._open:
                self._open[-1].remarks += 1
        self._seen.append((kind, text))

    def _close_start_tag(self) -> None:
        """Whatever comes first inside an element begins where its start tag ends."""
        if self._open and self._open[-1].content_start < 0:
            self._open[-1].content_start = self._parser.CurrentByteIndex


def _split(name: str) -> tuple[Name, str]:
    """Expat's "namespace, name, prefix" as the expanded name and the prefix."""
    parts = name.split(_BETWEEN)
    if len(parts) == 1:
        return ("", name), ""
    return (parts[0], parts[1]), parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - without a prefix there are two


def _joined(event: Event) -> Event:
    kind, value = event
    return (kind, "".join(value).strip()) if isinstance(value, list) else event
