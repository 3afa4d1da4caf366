"""Every order and every group has words of its own."""

from gui.gallery.arrangement import GroupKey, SortKey
from gui.gallery_bar.arrangement_words import group_text, sort_text


def test_words_differ() -> None:
    orders = {sort_text(key, descending=descending) for key in SortKey for descending in (False, True)}
    assert len(orders) == 2 * len(SortKey)
    assert len({group_text(key) for key in GroupKey}) == len(GroupKey)


def test_the_direction_is_said_in_terms_of_the_key() -> None:
    assert sort_text(SortKey.SCORE, descending=False) == "Score, lowest first"
    assert sort_text(SortKey.DATE, descending=True) == "Date, newest first"
