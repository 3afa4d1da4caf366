"""Write one label into the XMP of a sidecar as keywords, and take exactly those keywords back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from inference.exports.xmp_packet import (
    FIELDS,
    LAST_KEYWORD,
    OUR_PREFIX,
    OUR_TOOLKIT,
    OURS,
    RDF,
    Field,
    Note,
    Packet,
    is_about,
)
from inference.exports.xmp_text import Coding, PacketError, decoded, keyword_of, legal, markup
from inference.exports.xmp_tree import Edit, Element, edited
from inference.sessions.records import LabelledImage

DEFAULT_ROOT = "Cardinal"
"""The tag above our keywords where keywords have levels."""

_EMPTY = f"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{OUR_TOOLKIT}">
 <rdf:RDF xmlns:rdf="{RDF}">
 </rdf:RDF>
</x:xmpmeta>
"""


@dataclass(frozen=True, slots=True)
class XmpLabel:
    """What is written about one picture.

    Attributes:
        keyword: the label as one keyword, see `keyword_of`.
        root: the tag above it.
        facts: what our own namespace notes about it: name and text, in the order of writing.
        has_last_keyword: also write `MicrosoftPhoto:LastKeywordXMP`.
    """

    keyword: str
    root: str = DEFAULT_ROOT
    facts: tuple[tuple[str, str], ...] = ()
    has_last_keyword: bool = False

    @classmethod
    def of(cls, image: LabelledImage, root: str = DEFAULT_ROOT, *, has_last_keyword: bool = False) -> XmpLabel | None:
        """The label of an image; None where it has none."""
        keyword = keyword_of(image.label)
        if not keyword:
            return None
        facts = {
            "label": image.label,
            "state": image.state.word,
            "source": "" if image.source is None else image.source.value,
            "score": "" if image.score is None else f"{image.score:.6f}",
            "model": image.model,
            "modelHash": image.model_hash,
        }
        told = ((name, legal(text.strip())) for name, text in facts.items())
        return cls(
            keyword,
            keyword_of(root) or DEFAULT_ROOT,
            tuple((name, text) for name, text in told if text),
            has_last_keyword=has_last_keyword,
        )

    def values(self) -> Iterator[tuple[Field, str]]:
        """What each field shall hold."""
        for field in FIELDS:
            if field is not LAST_KEYWORD or self.has_last_keyword:
                yield field, field.value(self.root, self.keyword)


def read_note(data: bytes) -> Note | None:
    """What this program wrote down in a sidecar; None where it wrote nothing.

    Raises:
        PacketError: the sidecar cannot be understood.
    """
    return _opened(data)[0].note()


def read_keywords(data: bytes, field: Field) -> tuple[str, ...]:
    """The keywords of a field of a sidecar, anybody's.

    Raises:
        PacketError: the sidecar cannot be understood.
    """
    return tuple(item.text for item in _opened(data)[0].items(field))


def new_sidecar(label: XmpLabel) -> bytes:
    """A sidecar that holds a label and nothing else."""
    return with_label(_EMPTY.encode(), label)


def with_label(data: bytes, label: XmpLabel) -> bytes:
    """The sidecar with the label in place of the one that we wrote before, if any; all else as it was, byte by byte.

    What comes out has been read again, as a stranger would read it, and compared.

    Returns:
        The new content, or `data` itself where it already says all of this.

    Raises:
        PacketError: the sidecar cannot be understood, or would not be the same to other programs.
    """
    packet, coding = _opened(data)
    if _says(packet, label):
        return data
    base = _without_ours(packet)
    result = coding.encoded(_with_ours(base, label).decode())
    _check(result, label, base)
    return result


def without_label(data: bytes) -> bytes:
    """The sidecar without what we wrote into it; keywords of others stay, also those added since.

    Returns:
        The new content, or `data` itself where nothing in it is ours.

    Raises:
        PacketError: the sidecar cannot be understood.
    """
    packet, coding = _opened(data)
    if packet.note() is None:
        return data
    base = _without_ours(packet)
    if base.note() is not None:
        raise PacketError("What Cardinal wrote into it could not be taken back.")
    return coding.encoded(base.document.data.decode())


def is_bare(data: bytes) -> bool:
    """Whether a sidecar holds nothing."""
    return _opened(data)[0].is_bare


def is_begun_by_us(data: bytes) -> bool:
    """Whether we made the sidecar and no other program has written it anew since."""
    return _opened(data)[0].toolkit == OUR_TOOLKIT


def _opened(data: bytes) -> tuple[Packet, Coding]:
    """The packet of a sidecar, and how the file writes its text."""
    text, coding = decoded(data)
    packet = Packet.read(text.encode())
    declared = packet.document.encoding
    # A packet that says "UTF-16" may be either of the two.
    if declared is not None and not coding.codec.startswith(declared.lower().removesuffix("le").removesuffix("be")):
        raise PacketError(f"It says that its text is {legal(declared)}, which is not how it is written.")
    return packet, coding


def _says(packet: Packet, label: XmpLabel) -> bool:
    """Whether a packet already holds the label and nothing else of ours."""
    note = packet.note()
    if note is None or dict(note.facts) != dict(label.facts):
        return False
    wanted = {field.noted_as: value for field, value in label.values()}
    is_pure = all({*values} <= {wanted.get(name)} for name, values in note.added.items())
    return is_pure and all(value in {item.text for item in packet.items(field)} for field, value in label.values())


def _check(result: bytes, label: XmpLabel, base: Packet) -> None:
    """Read what is about to be written: the label is in it, and without it, it is what it was."""
    packet, _ = _opened(result)
    if not _says(packet, label) or _without_ours(packet).document.events() != base.document.events():
        raise PacketError("It could not be changed without changing what other programs wrote into it.")


# Taking back ------------------------------------------------------------------------------------------------


def _without_ours(packet: Packet) -> Packet:
    """The packet without our keywords, our notes, and the fields and descriptions that only they had filled."""
    note = packet.note()
    if note is None:
        return packet
    doomed = set(packet.own_elements())
    for field in FIELDS:
        container = packet.field_container(field)
        if container is not None:
            doomed |= _doomed_in(packet, field, container, note)
    edits = []
    for description in packet.descriptions:
        edits += _removals(packet, description, doomed)
    return Packet.read(edited(packet.document.data, edits))


def _doomed_in(packet: Packet, field: Field, container: Element, note: Note) -> set[Element]:
    """Our items of one field, or the whole field where we had begun it and nothing else is in it."""
    doomed = set()
    ours = Counter(note.added.get(field.noted_as, ()))
    # From the end: what stands twice was there before us, and we add at the end.
    for item in reversed(packet.items(field)):
        if ours[item.text] > 0:
            ours[item.text] -= 1
            doomed.add(item.element)
    is_emptied = doomed.issuperset(container.children) and not container.remarks
    if field.title in note.made and is_emptied and container.parent is not None:
        return {container.parent}
    return doomed


def _removals(packet: Packet, description: Element, doomed: set[Element]) -> list[Edit]:
    """The edits that take doomed elements and our attributes out of a description, or take it out as a whole."""
    spans = [Edit(start, end) for (uri, _), start, end in packet.document.attribute_spans(description) if uri == OURS]
    inside = [element for child in description.children for element in _with_descendants(child) if element in doomed]
    others = [name for name in description.attributes if name[0] != OURS and not is_about(name)]
    had_ours = bool(spans or inside)
    is_emptied = doomed.issuperset(description.children) and not others and not description.remarks
    if had_ours and is_emptied and not description.text:
        return [Edit(packet.document.start_with_spaces(description), description.end)]
    return spans + [Edit(packet.document.start_with_spaces(element), element.end) for element in inside]


def _with_descendants(element: Element) -> Iterator[Element]:
    """A property, its container, and the items of that: nothing of ours lies deeper."""
    yield element
    for container in element.children:
        yield from container.children


# Putting in -------------------------------------------------------------------------------------------------


def _with_ours(packet: Packet, label: XmpLabel) -> bytes:
    """The packet, which holds nothing of ours, with the label in it."""
    edits = []
    begun: list[tuple[Field, str]] = []
    added: list[tuple[Field, str]] = []
    for field, value in label.values():
        container = packet.field_container(field)
        if container is None:
            begun.append((field, value))
            added.append((field, value))
        elif value not in {item.text for item in packet.items(field)}:
            edits.append(_new_item(packet, container, value))
            added.append((field, value))
    writer = _DescriptionWriter(packet, begun)
    for name, text in label.facts:
        writer.add_text(f"{OUR_PREFIX}:{name}", text)
    for field, value in begun:
        writer.add_list(field.title, field.container, [value])
    for field, value in added:
        writer.add_list(f"{OUR_PREFIX}:{field.noted_as}", "Bag", [value])
    if begun:
        writer.add_list(f"{OUR_PREFIX}:made", "Bag", [field.title for field, _ in begun])
    edits.append(_appended(packet, packet.rdf, writer.finished()))
    return edited(packet.document.data, edits)


def _new_item(packet: Packet, container: Element, value: str) -> Edit:
    """The edit that puts a value behind the others, laid out as they are."""
    prefix = f"{container.prefix}:" if container.prefix else ""
    before = container.children[-1] if container.children else container
    spaces = (
        packet.document.data[packet.document.start_with_spaces(before) : before.start] if container.children else b""
    )
    return _appended(packet, container, spaces + f"<{prefix}li>{markup(value)}</{prefix}li>".encode())


def _appended(packet: Packet, parent: Element, content: bytes) -> Edit:
    """The edit that puts content behind the last child of an element."""
    if parent.closes_itself:
        data = packet.document.data
        tag = data[parent.start : parent.end]
        name = f"{parent.prefix}:{parent.name[1]}" if parent.prefix else parent.name[1]
        opened = tag.removesuffix(b"/>").rstrip()
        return Edit(parent.start, parent.end, opened + b">" + content + f"</{name}>".encode())
    at = parent.children[-1].end if parent.children else parent.content_start
    return Edit(at, at, content)


class _DescriptionWriter:
    """Writes the description that holds our notes and the fields that we begin, laid out as the packet is."""

    def __init__(self, packet: Packet, begun: list[tuple[Field, str]]) -> None:
        self._packet = packet
        data = packet.document.data
        self._line = "\r\n" if b"\r\n" in data else "\n"
        self._indent = self._line + " " * _depth_of(packet)
        wanted = {"rdf": RDF, OUR_PREFIX: OURS} | {field.prefix: field.name[0] for field, _ in begun}
        self._namespaces = {prefix: uri for prefix, uri in wanted.items() if packet.rdf.namespace(prefix) != uri}
        self._lines: list[str] = []

    def add_text(self, name: str, text: str) -> None:
        self._lines.append(f"{self._indent} <{name}>{markup(text)}</{name}>")

    def add_list(self, name: str, container: str, values: list[str]) -> None:
        deeper = f"{self._indent}  "
        items = "".join(f"{deeper} <rdf:li>{markup(value)}</rdf:li>" for value in values)
        self._lines.append(
            f"{self._indent} <{name}>{deeper}<rdf:{container}>{items}{deeper}</rdf:{container}>{self._indent} </{name}>"
        )

    def finished(self) -> bytes:
        declared = "".join(f'{self._indent}    xmlns:{prefix}="{uri}"' for prefix, uri in self._namespaces.items())
        start = f'<rdf:Description rdf:about="{markup(self._packet.about)}"{declared}>'
        return f"{self._indent}{start}{''.join(self._lines)}{self._indent}</rdf:Description>".encode()


def _depth_of(packet: Packet) -> int:
    """How many spaces stand before the packet's descriptions; 2 where there is none on a line of its own."""
    if not packet.descriptions:
        return 2
    first = packet.descriptions[0]
    spaces = packet.document.data[packet.document.start_with_spaces(first) : first.start]
    return len(spaces.rpartition(b"\n")[2]) if b"\n" in spaces else 2
