"""Test gui/gallery/arranging.py against the same done image by image."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.gallery.arrangement import Arrangement, Group, GroupKey, ImageFilter, SortKey
from gui.gallery.arranging import Snapshot, compute, depends_on_answers, name_ranks, passing
from gui.gallery.columns import Columns
from gui.gallery.image_state import ImageState
from inference.cancel import Cancelled, CancelToken
from inference.pictures.scan import natural_key
from inference.sessions.marks import NO_NAME, make_mark
from inference.sessions.records import NO_SCORE, ImageRows
from inference.sessions.vocabulary import Vocabulary

_NAMES = Vocabulary(["tabby", "Lynx", "jay", "<b>"])
_PATHS = ["/p/B2.jpg", "/p/b10.jpg", "/p/q/a.JPG", "/q/Straße.png", "/q/\udcff.jpg", "/pq/tabby.jpg", "/p/b2.jpg"]

_IMAGES = st.lists(
    st.tuples(
        st.sampled_from(_PATHS),
        st.sampled_from([ImageState.QUEUED, ImageState.SUGGESTED, ImageState.FAILED]),
        st.sampled_from([None, *list(ImageState)[3:]]),
        st.integers(0, 3),
        st.sampled_from([0.0, 0.25, 0.5, 0.75]),
        st.sampled_from([0.0, 1.0, 2.0]),
        st.booleans(),
    ),
    max_size=12,
)
_FILTERS = st.builds(
    ImageFilter,
    states=st.frozensets(st.sampled_from(ImageState), max_size=3),
    labels=st.frozensets(st.integers(0, 5), max_size=2),
    suggestions=st.frozensets(st.integers(0, 5), max_size=2),
    folders=st.frozensets(st.sampled_from(["/p", "/q", "/"]), max_size=2),
    score_from=st.sampled_from([None, 0.25]),
    score_to=st.sampled_from([None, 0.5]),
    text=st.sampled_from(["", "TABBY", "b", "strasse", ".jpg"]),
)
_Image = tuple[str, ImageState, ImageState | None, int, float, float, bool]


def _columns(images: list[_Image]) -> Columns:
    rows = ImageRows.queued([image[0] for image in images])
    for entry, (_, answer, state, name, score, time, removed) in enumerate(images):
        rows.answers[entry] = answer
        if answer is ImageState.SUGGESTED:
            rows.suggestions[entry], rows.scores[entry], rows.margins[entry] = name, score, 1 - score
        rows.marks[entry] = make_mark(state, removed=removed)
        rows.labels[entry] = (name + 1) % 4 if state is not None and state.is_reviewed else NO_NAME
        rows.times[entry] = time
    columns = Columns()
    columns.extend(rows)
    return columns


def _passes(columns: Columns, place: int, wanted: ImageFilter) -> bool:
    if columns.states[place] == 255:
        return False
    texts = [columns.paths[place], *(_NAMES.text(one[place]) for one in (columns.labels, columns.suggestions))]
    score = columns.scores[place]
    return all(
        (
            not wanted.states or columns.states[place] in wanted.states,
            not wanted.labels or columns.labels[place] in wanted.labels,
            not wanted.suggestions or columns.suggestions[place] in wanted.suggestions,
            not wanted.folders or any(_is_below(columns.paths[place], one) for one in wanted.folders),
            wanted.score_from is None or score >= wanted.score_from,
            wanted.score_to is None or 0 <= score <= wanted.score_to,
            any(wanted.text.casefold() in text.casefold() for text in texts),
        )
    )


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder if folder.endswith("/") else folder + "/")


def _sorted(columns: Columns, places: list[int], wanted: Arrangement) -> list[int]:
    sign = -1 if wanted.descending else 1
    match wanted.sort:
        case SortKey.ADDED:
            return places[::sign]
        case SortKey.NAME:
            keys = {place: (natural_key(columns.paths[place].rpartition("/")[2]), place) for place in places}
            return sorted(places, key=keys.__getitem__, reverse=wanted.descending)
        case SortKey.DATE:
            return sorted(places, key=lambda place: (columns.times[place] == 0, sign * columns.times[place]))
        case SortKey.SCORE | SortKey.MARGIN:
            column = columns.scores if wanted.sort is SortKey.SCORE else columns.margins
            return sorted(places, key=lambda place: (column[place] < 0, sign * column[place]))


@settings(max_examples=200, deadline=None)
@given(_IMAGES, _FILTERS, st.sampled_from(SortKey), st.booleans())
def test_filter_and_order_are_those_of_single_images(
    images: list[_Image], wanted: ImageFilter, sort: SortKey, descending: bool
) -> None:
    columns = _columns(images)
    arrangement = Arrangement(wanted, sort, descending)
    snapshot = Snapshot(columns.copy(), _NAMES, arrangement)
    expected = [place for place in range(len(images)) if _passes(columns, place, wanted)]
    assert list(compute(snapshot).places) == _sorted(columns, expected, arrangement)
    some = list(range(0, len(images), 2))
    assert passing(snapshot, some) == [place for place in some if place in expected]


@settings(max_examples=100, deadline=None)
@given(_IMAGES, st.sampled_from(list(GroupKey)[1:]))
def test_groups_hold_every_image_once_the_largest_first(images: list[_Image], key: GroupKey) -> None:
    columns = _columns(images)
    arranged = compute(Snapshot(columns, _NAMES, Arrangement(group=key)))
    groups = arranged.groups
    assert sorted(arranged.places) == [place for place in range(len(images)) if columns.states[place] != 255]
    assert [group.first_row for group in groups] == list(itertools.accumulate([0, *(g.count for g in groups)]))[:-1]
    assert len({group.title for group in groups}) == len(groups)
    last = [group.title for group in groups if group.title in {"Rejected", "Failed"}]
    assert [group.title for group in groups][len(groups) - len(last) :] == last == sorted(last, reverse=True)
    named = [group.count for group in groups if group.title in {"tabby", "Lynx", "jay", "<b>"}]
    assert named == sorted(named, reverse=True)
    for group in groups:
        places = arranged.places[group.first_row : group.first_row + group.count]
        assert list(places) == sorted(places), "stable inside a group"


def test_titles(qapp: object) -> None:
    images: list[_Image] = [
        ("/a", ImageState.SUGGESTED, None, 3, 0.5, 0, False),
        ("/b", ImageState.SUGGESTED, ImageState.UNSURE, 3, 0.5, 0, False),
        ("/c", ImageState.SUGGESTED, ImageState.REJECTED, 3, 0.5, 0, False),
        ("/d", ImageState.FAILED, ImageState.CORRECTED, 0, 0.5, 0, False),
        ("/e", ImageState.QUEUED, None, 0, 0.5, 0, False),
    ]
    columns = _columns(images)

    def titles(key: GroupKey) -> list[Group]:
        return list(compute(Snapshot(columns, _NAMES, Arrangement(group=key))).groups)

    assert titles(GroupKey.SUGGESTION) == [Group("<b>", 0, 2), Group("No suggestion", 2, 2), Group("Rejected", 4, 1)]
    assert [group.title for group in titles(GroupKey.LABEL)] == ["Lynx", "No label", "Unsure", "Rejected"]
    states = ["Suggested", "Unsure", "Corrected", "Queued", "Rejected"]
    assert [group.title for group in titles(GroupKey.STATE)] == states


def test_scores_are_compared_as_they_are_kept() -> None:
    images: list[_Image] = [("/a", ImageState.SUGGESTED, None, 0, 0.7, 0, False)]
    both = Arrangement(ImageFilter(score_from=0.7, score_to=0.7))
    assert list(compute(Snapshot(_columns(images), _NAMES, both)).places) == [0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("aB10/é", max_size=6), max_size=300))
def test_ranks_are_those_of_one_sort(names: list[str]) -> None:
    keys = [natural_key(name.rstrip("/").rpartition("/")[2] or name) for name in names]
    order = sorted(range(len(names)), key=lambda place: (keys[place], place))
    ranks = name_ranks(names)
    assert [ranks[place] for place in order] == list(range(len(names)))


def test_a_worker_can_be_stopped() -> None:
    cancel = CancelToken()
    cancel.cancel()
    images: list[_Image] = [("/a", ImageState.SUGGESTED, None, 0, 0.7, 0, False)]
    for wanted in (Arrangement(sort=SortKey.NAME), Arrangement(ImageFilter(text="zz"))):
        with pytest.raises(Cancelled):
            compute(Snapshot(_columns(images), _NAMES, wanted), cancel)


def test_nothing_at_all_can_be_arranged() -> None:
    wanted = Arrangement(ImageFilter(text="x", score_from=0.5), SortKey.SCORE, group=GroupKey.LABEL)
    arranged = compute(Snapshot(Columns(), Vocabulary(), wanted))
    assert (list(arranged.places), arranged.groups) == ([], ())


def test_what_depends_on_answers() -> None:
    assert not depends_on_answers(Arrangement(ImageFilter(folders=frozenset({"/p"})), SortKey.NAME))
    assert depends_on_answers(Arrangement(sort=SortKey.MARGIN))
    assert depends_on_answers(Arrangement(ImageFilter(score_to=NO_SCORE)))
    assert depends_on_answers(Arrangement(group=GroupKey.STATE))
