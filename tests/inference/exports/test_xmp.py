"""A label goes into a sidecar and out again; what others wrote stays."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.exports.xmp import (
    XmpLabel,
    is_bare,
    is_begun_by_us,
    new_sidecar,
    read_keywords,
    read_note,
    with_label,
    without_label,
)
from inference.exports.xmp_packet import HIERARCHICAL, LAST_KEYWORD, OURS, SUBJECT, TAGS_LIST
from inference.exports.xmp_text import PacketError, keyword_of, legal
from inference.exports.xmp_tree import Edit, edited
from tests.inference.exports.sidecar_samples import (
    DARKTABLE,
    DIGIKAM,
    EXIFTOOL,
    EXIV2,
    LIGHTROOM,
    NOTHING_IN_IT,
    ONE_LINE,
    SAMPLES,
    canonical,
    foreign_parts,
    image,
    label_of,
    read_by_exiftool,
    read_by_exiv2,
)

EVERY_SAMPLE = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
NEEDS_EXIFTOOL = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
NEEDS_EXIV2 = pytest.mark.skipif(EXIV2 is None, reason="exiv2 is not installed")


@EVERY_SAMPLE
def test_everything_of_others_stays_in_its_place(sample: bytes) -> None:
    written = with_label(sample, label_of("tiger cat"))
    assert foreign_parts(sample) <= foreign_parts(written)
    added = {part.rpartition("=")[2] for part in foreign_parts(written) - foreign_parts(sample)}
    about = {"uuid:a&b"} if sample == ONE_LINE else {""}
    assert added <= {"tiger cat", "Cardinal|tiger cat", "Cardinal/tiger cat", ""} | about
    assert "tiger cat" in read_keywords(written, SUBJECT)
    assert "Cardinal|tiger cat" in read_keywords(written, HIERARCHICAL)
    assert "Cardinal/tiger cat" in read_keywords(written, TAGS_LIST)
    assert "Cardinal/tiger cat" in read_keywords(written, LAST_KEYWORD)


@EVERY_SAMPLE
def test_taking_back_leaves_what_was_there(sample: bytes) -> None:
    taken_back = without_label(with_label(sample, label_of()))
    assert canonical(taken_back) == canonical(sample)
    if sample not in {ONE_LINE, NOTHING_IN_IT}:
        # Elements that close themselves are opened; all else comes back byte by byte.
        assert taken_back == sample


@EVERY_SAMPLE
def test_writing_twice_changes_nothing(sample: bytes) -> None:
    once = with_label(sample, label_of())
    assert with_label(once, label_of()) is once


@EVERY_SAMPLE
def test_another_label_takes_the_place_of_the_first(sample: bytes) -> None:
    first = with_label(sample, label_of("lynx"))
    second = with_label(first, label_of("puma"))
    assert second == with_label(sample, label_of("puma")) or sample in {ONE_LINE, NOTHING_IN_IT}
    for field in (SUBJECT, HIERARCHICAL, TAGS_LIST, LAST_KEYWORD):
        assert not any("lynx" in keyword for keyword in read_keywords(second, field))
    assert canonical(without_label(second)) == canonical(sample)


@EVERY_SAMPLE
def test_the_form_of_the_file_stays(sample: bytes) -> None:
    written = with_label(sample, label_of())
    assert written[:2] == sample[:2]
    if b"\r\n" in sample:
        assert written.count(b"\n") == written.count(b"\r\n")
    if sample == DIGIKAM:
        assert written.startswith(sample[:60])
        assert written.endswith(b'<?xpacket end="w"?>')


def test_a_keyword_that_was_there_before_is_not_ours() -> None:
    assert "tabby" in read_keywords(DIGIKAM, SUBJECT)
    written = with_label(DIGIKAM, label_of("tabby"))
    note = read_note(written)
    assert note is not None
    assert "keywords" not in note.added
    assert note.added["tags"] == ("Cardinal/tabby",)
    assert read_keywords(written, SUBJECT).count("tabby") == 1
    assert "tabby" in read_keywords(with_label(written, label_of("puma")), SUBJECT)
    assert "tabby" in read_keywords(without_label(written), SUBJECT)


def test_a_tag_of_somebody_else_under_our_root_stays() -> None:
    theirs = DIGIKAM.replace(b"Tiere/Katze", b"Cardinal/bird").replace(b"Tiere|Katze", b"Cardinal|bird")
    written = with_label(theirs, label_of("tabby"))
    assert "Cardinal/bird" in read_keywords(written, TAGS_LIST)
    assert canonical(without_label(written)) == canonical(theirs)


def test_keywords_that_others_add_later_stay() -> None:
    ours = new_sidecar(label_of("tabby"))
    changed = ours.replace(b"<rdf:li>tabby</rdf:li>", b"<rdf:li>tabby</rdf:li><rdf:li>sofa</rdf:li>", 1)
    taken_back = without_label(changed)
    assert read_keywords(taken_back, SUBJECT) == ("sofa",)
    assert read_keywords(taken_back, HIERARCHICAL) == ()
    assert read_note(taken_back) is None
    assert not is_bare(taken_back)


def test_a_sidecar_of_ours_holds_nothing_without_the_label() -> None:
    ours = new_sidecar(label_of())
    assert not is_bare(ours)
    assert is_bare(without_label(ours))
    assert is_begun_by_us(ours)
    assert not is_begun_by_us(with_label(NOTHING_IN_IT, label_of()))
    assert not is_bare(NOTHING_IN_IT.replace(b"<rdf:RDF", b"<!-- mine --><rdf:RDF"))


def test_nothing_of_ours_is_nothing_to_take_back() -> None:
    assert without_label(LIGHTROOM) is LIGHTROOM
    assert read_note(LIGHTROOM) is None


def test_what_stands_behind_the_label_is_noted() -> None:
    note = read_note(with_label(DARKTABLE, label_of("either/or | both")))
    assert note is not None
    assert note.facts == {
        "label": "either/or | both",
        "state": "accepted",
        "source": "accepted",
        "score": "0.900000",
        "model": "tiny",
        "modelHash": "ab" * 32,
    }


def test_a_new_score_is_written() -> None:
    label = XmpLabel.of(image(score=0.5))
    other = XmpLabel.of(image(score=None))
    assert label is not None
    assert other is not None
    written = with_label(with_label(DARKTABLE, label), other)
    note = read_note(written)
    assert note is not None
    assert "score" not in note.facts


def test_a_separator_in_a_label_makes_no_levels() -> None:
    written = new_sidecar(label_of("cat/dog|bird"))
    assert [keyword.count("/") for keyword in read_keywords(written, TAGS_LIST)] == [1]
    assert [keyword.count("|") for keyword in read_keywords(written, HIERARCHICAL)] == [1]
    assert read_keywords(written, SUBJECT) == ("cat\uff0fdog\uff5cbird",)


def test_the_last_keyword_is_written_only_when_asked_for() -> None:
    label = XmpLabel.of(image())
    assert label is not None
    assert read_keywords(with_label(DARKTABLE, label), LAST_KEYWORD) == ()
    with_it = with_label(DARKTABLE, label_of())
    assert read_keywords(with_it, LAST_KEYWORD) == ("Cardinal/tabby",)
    assert read_keywords(with_label(with_it, label), LAST_KEYWORD) == ()


def test_another_root_takes_the_place_of_the_first() -> None:
    label = XmpLabel.of(image(), "AI|x")
    assert label is not None
    written = with_label(with_label(DIGIKAM, label_of()), label)
    assert read_keywords(written, TAGS_LIST)[2:] == ("AI\uff5cx/tabby",)
    assert canonical(without_label(written)) == canonical(DIGIKAM)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_image_without_label_has_none(text: str) -> None:
    assert XmpLabel.of(image(label=text)) is None


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        (b"<dc:subject><rdf:Bag>", b"<dc:subject rdf:parseType='Resource'><rdf:Bag>"),
        (b"<dc:subject><rdf:Bag>", b"<dc:subject>cat<rdf:Bag>"),
        (b"<dc:subject><rdf:Bag>", b"<dc:subject><rdf:Bag/><rdf:Bag>"),
        (b"<rdf:Description", b"<rdf:Description dc:subject='cat'"),
        (b"<dc:subject>", b"<dc:subject/><dc:subject>"),
    ],
)
def test_a_field_in_a_strange_form_is_not_changed(written: bytes, refused: bytes) -> None:
    sample = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag>
      </dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""
    with_label(sample, label_of())
    with pytest.raises(PacketError, match="dc:subject is written in a form"):
        with_label(sample.replace(written, refused, 1), label_of())


@given(st.text(min_size=1, max_size=40))
def test_any_label_comes_back(text: str) -> None:
    label = XmpLabel.of(image(label=text))
    if label is None:
        assert not text.strip()
        return
    written = with_label(DARKTABLE, label)
    assert read_keywords(written, SUBJECT)[2:] == ((keyword_of(text),) if keyword_of(text) != "garden" else ())
    assert read_keywords(written, HIERARCHICAL)[1:] == (f"Cardinal|{keyword_of(text)}",)
    note = read_note(written)
    assert note is not None
    assert note.facts["label"] == legal(text.strip())
    assert with_label(written, label) is written
    assert canonical(without_label(written)) == canonical(DARKTABLE)


def test_a_result_that_is_not_what_it_was_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(data: bytes, edits: Sequence[Edit]) -> bytes:
        return edited(data, edits).replace(b'darktable:operation="flip"', b'darktable:operation="flop"')

    monkeypatch.setattr("inference.exports.xmp.edited", careless)
    with pytest.raises(PacketError, match="without changing what other programs wrote"):
        with_label(DARKTABLE, label_of())


def test_a_hostile_note_takes_no_time() -> None:
    items = b"<rdf:li>cat</rdf:li>" * 20_000
    hostile = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:c="%s"><rdf:Description c:label="x"%s'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>%s</rdf:Bag></dc:subject><c:keywords>'
        b"<rdf:Bag>%s</rdf:Bag></c:keywords></rdf:Description></rdf:RDF>"
    ) % (OURS.encode(), b" " * 1_000_000, items, items)
    began = time.monotonic()
    assert read_keywords(without_label(hostile), SUBJECT) == ()
    assert time.monotonic() - began < 20


# Independent readers -----------------------------------------------------------------------------------------


@NEEDS_EXIFTOOL
@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"one-line"}))
def test_exiftool_reads_the_keywords(name: str, tmp_path: Path) -> None:
    # ExifTool does not know RDF in the default namespace ("one-line"), with or without our keywords.
    sample = SAMPLES[name]
    before, after = tmp_path / "before.xmp", tmp_path / "after.xmp"
    before.write_bytes(sample)
    after.write_bytes(with_label(sample, label_of("B\u00e4r/\u718a")))
    old, new = read_by_exiftool(before), read_by_exiftool(after)
    keyword = "B\u00e4r\uff0f\u718a"
    for tag, wanted in {
        "XMP-dc:Subject": keyword,
        "XMP-lr:HierarchicalSubject": f"Cardinal|{keyword}",
        "XMP-digiKam:TagsList": f"Cardinal/{keyword}",
        "XMP-microsoft:LastKeywordXMP": f"Cardinal/{keyword}",
    }.items():
        had = old.get(tag) or []
        assert isinstance(had, list)
        assert new[tag] == [*had, wanted]
    ours = {"XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList", "XMP-microsoft:LastKeywordXMP"}
    foreign = {tag: value for tag, value in old.items() if tag.startswith("XMP") and tag not in ours}
    assert foreign or name == "nothing-in-it"
    assert {tag: new.get(tag) for tag in foreign} == foreign


@NEEDS_EXIV2
@pytest.mark.parametrize("sample", [DARKTABLE, DIGIKAM, LIGHTROOM], ids=["darktable", "digikam", "lightroom"])
def test_exiv2_reads_the_keywords(sample: bytes, tmp_path: Path) -> None:
    before, after = tmp_path / "before.xmp", tmp_path / "after.xmp"
    before.write_bytes(sample)
    after.write_bytes(with_label(sample, label_of("B\u00e4r")))
    old, new = read_by_exiv2(before), read_by_exiv2(after)
    assert new["Xmp.dc.subject"] == [*old.get("Xmp.dc.subject", []), "B\u00e4r"]
    assert new["Xmp.lr.hierarchicalSubject"] == [*old.get("Xmp.lr.hierarchicalSubject", []), "Cardinal|B\u00e4r"]
    assert new["Xmp.digiKam.TagsList"] == [*old.get("Xmp.digiKam.TagsList", []), "Cardinal/B\u00e4r"]
    touched = {"Xmp.dc.subject", "Xmp.lr.hierarchicalSubject", "Xmp.digiKam.TagsList"}
    touched.add("Xmp.MicrosoftPhoto.LastKeywordXMP")
    foreign = {name: value for name, value in old.items() if name not in touched}
    assert {name: new.get(name) for name in foreign} == foreign


def _rewrite(program: str, path: Path) -> None:
    """Let another program add a title (ExifTool: and a keyword): it writes the whole file anew in its own form."""
    if program == "exiftool":
        assert EXIFTOOL is not None
        command = [EXIFTOOL, "-q", "-overwrite_original", "-XMP-dc:Subject+=sofa", "-XMP-dc:Title=mine", str(path)]
    else:
        assert EXIV2 is not None
        command = [EXIV2, "-M", "set Xmp.dc.title mine", str(path)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize(
    "program", [pytest.param("exiftool", marks=NEEDS_EXIFTOOL), pytest.param("exiv2", marks=NEEDS_EXIV2)]
)
@pytest.mark.parametrize(
    "sample", [DARKTABLE, DIGIKAM, LIGHTROOM, None], ids=["darktable", "digikam", "lightroom", "new"]
)
def test_our_keywords_are_found_after_another_program_wrote_the_file(
    sample: bytes | None, program: str, tmp_path: Path
) -> None:
    path, control = tmp_path / "photo.xmp", tmp_path / "control.xmp"
    path.write_bytes(new_sidecar(label_of("puma")) if sample is None else with_label(sample, label_of("puma")))
    _rewrite(program, path)
    rewritten = path.read_bytes()
    assert with_label(rewritten, label_of("puma")) is rewritten
    relabelled = with_label(rewritten, label_of("lynx"))
    assert "puma" not in read_keywords(relabelled, SUBJECT)
    assert "Cardinal/puma" not in read_keywords(relabelled, LAST_KEYWORD)
    taken_back = without_label(relabelled)
    assert read_note(taken_back) is None
    if sample is None:
        assert read_keywords(taken_back, SUBJECT) == (("sofa",) if program == "exiftool" else ())
        return
    control.write_bytes(sample)
    _rewrite(program, control)
    for field in (SUBJECT, HIERARCHICAL, TAGS_LIST, LAST_KEYWORD):
        assert sorted(read_keywords(taken_back, field)) == sorted(read_keywords(control.read_bytes(), field))
    assert foreign_parts(taken_back) == foreign_parts(control.read_bytes())
