"""Any label gives one safe component, and no two labels the same."""

import os
import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.exports.folder_names import (
    MOST_BYTES,
    UNSURE,
    FreeNames,
    class_folders,
    folding_key,
    is_component,
    safe_component,
)
from tests.inference.exports.hostile_classes import HOSTILE_CLASSES

DEVICES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3]) *(?:\..*)?", re.I
)
LABELS = st.text(max_size=200) | st.sampled_from(HOSTILE_CLASSES)


def require_safe(name: str) -> None:
    assert is_component(name)
    assert 0 < len(name.encode("utf-8")) <= MOST_BYTES
    assert not any(character in name for character in '<>:"/\\|?*')
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Cn"} for character in name)
    assert not name.startswith((".", " "))
    assert name == name.rstrip(". ")
    assert not DEVICES.fullmatch(name)


def test_there_are_enough_hostile_classes() -> None:
    assert len(set(HOSTILE_CLASSES)) >= 200


@given(LABELS)
def test_every_component_is_safe(label: str) -> None:
    require_safe(safe_component(label))


@pytest.mark.parametrize(
    "label", ["magpie", "Common kestrel", "a.b", "M\xfcller's gull", "a" * 120, "\U0001f426", "-", "x (2)"]
)
def test_safe_labels_stay(label: str) -> None:
    assert safe_component(label) == label


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *[
            ("../../x", "_._.._x"),
            ("a/b", "a_b"),
            ("CON", "CON_"),
            ("nul.tar.gz", "nul_.tar.gz"),
            ("x.", "x"),
            ("", "_"),
        ],
        *[("..", "_"), ("a\nb", "a_b"), ("\u202eabc", "abc"), ("\xe9" * 61, "\xe9" * 60), ("com1 .txt", "com1_.txt")],
    ],
)
def test_what_becomes_of_unsafe_labels(label: str, name: str) -> None:
    assert safe_component(label) == name


def test_no_two_classes_share_a_folder_on_any_system() -> None:
    folders = class_folders(HOSTILE_CLASSES, {})
    assert set(folders) == set(HOSTILE_CLASSES)
    keys = {folding_key(name) for name in folders.values()}
    assert len(keys) == len(HOSTILE_CLASSES)
    assert folding_key(UNSURE) not in keys
    for name in folders.values():
        require_safe(name)


@settings(deadline=None)
@given(st.sets(LABELS, max_size=12), st.randoms())
def test_the_order_does_not_matter(labels: set[str], order: random.Random) -> None:
    mixed = order.sample(sorted(labels), len(labels))
    assert class_folders(mixed, {}) == class_folders(sorted(labels), {})


def test_folders_of_an_earlier_export_stay() -> None:
    earlier = class_folders(["a/b", "a_b"], {})
    assert earlier == {"a_b": "a_b", "a/b": "a_b (2)"}
    assert class_folders(["a/b"], earlier)["a/b"] == "a_b (2)"
    assert class_folders(["a:b"], earlier)["a:b"] == "a_b (3)"


def test_numbers_are_found_quickly_and_fit() -> None:
    names = FreeNames(["a (2).jpg", "A.JPG"])
    assert [names.take("a", ".jpg") for _ in range(3)] == ["a (3).jpg", "a (4).jpg", "a (5).jpg"]
    long = "\udcff" * 251
    many = FreeNames([])
    taken = [many.take(long, ".jpg") for _ in range(5_000)]
    assert len(set(taken)) == 5_000
    assert max(len(os.fsencode(name)) for name in taken) == 255
