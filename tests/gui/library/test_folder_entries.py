"""Folders with equal names can be told apart, and what is not listed is said."""

from gui.library.folder_counts import FolderCount
from gui.library.folder_entries import folder_entries


def test_names_levels_and_what_is_not_listed() -> None:
    entries = folder_entries(
        [
            FolderCount("/home/holiday", 12, unlisted=3),
            FolderCount("/home/holiday/2026-07", 5, level=1),
            FolderCount("/mnt/birds/", 4),
        ]
    )
    assert [(entry.name, entry.count, entry.level, entry.is_choice) for entry in entries] == [
        ("holiday", 12, 0, True),
        ("2026-07", 5, 1, True),
        ("and 3 more folders", 0, 1, False),
        ("birds", 4, 0, True),
    ]
    assert [entry.key for entry in entries if entry.is_choice] == [
        "/home/holiday",
        "/home/holiday/2026-07",
        "/mnt/birds/",
    ]
    assert len({entry.key for entry in entries}) == len(entries)
    assert entries[0].tip == "/home/holiday"


def test_the_last_source_says_it_too() -> None:
    assert folder_entries([FolderCount("/s", 1, unlisted=1)])[-1].name == "and 1 more folder"


def test_equal_names_say_where_they_are() -> None:
    folders = [FolderCount("/x/birds", 1), FolderCount("/y/birds/", 1), FolderCount("/birds", 1), FolderCount("/z", 1)]
    assert [entry.name for entry in folder_entries(folders)] == ["birds in x", "birds in y", "birds in /", "z"]


def test_the_root_has_a_name() -> None:
    assert folder_entries([FolderCount("/", 1)])[0].name == "/"
