"""An audit of a session is what the core says of its stored maps, in short portions that can be stopped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image

from gui.audit import audit_work
from gui.audit.audit_words import Missing
from gui.audit.audit_work import AuditFound, AuditRun, line_of, lines, make_box, mean_image, overlay, write_table
from gui.session_holder import SessionHolder
from inference.attention.audit import AuditRow, audit
from inference.cancel import Cancelled, CancelToken
from inference.errors import OutputWriteError, SessionError
from inference.sessions.session import Session
from tests.gui.audit.audited import (
    BIRD,
    CENTRE,
    FOG,
    MEADOW,
    SEA,
    STRANGER,
    Holder,
    answered,
    mixed_session,
    one_cell,
)
from tests.inference.sessions.making import OTHER_MODEL


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """See `mixed_session`."""
    opened = mixed_session(tmp_path)
    yield opened
    opened.close()


def _audited(session: Session) -> AuditFound:
    run = AuditRun(session, range(1, 19))
    while run.found is None:
        run.advance(CancelToken())
    return run.found


def test_it_is_what_the_core_says_of_the_stored_maps(session: Session) -> None:
    found = _audited(session)
    rows = [
        AuditRow(one.key, one.class_index, one.contributions, one.crop, one.width, one.height)
        for one in session.stored_evidence()
        if one.contributions is not None and one.crop is not None
    ]
    expected = audit(rows)
    assert found.classes.keys() == expected.keys() == {MEADOW, FOG, BIRD, SEA}
    for index, one in expected.items():
        assert found.classes[index].border == one.border
        assert np.array_equal(found.classes[index].mean_signed, one.mean_signed)
    assert found.names == {MEADOW: "meadow", FOG: "fog", BIRD: "bird", SEA: "sea"}
    assert found.counted == 13
    assert found.missing == dict.fromkeys(Missing, 1)
    assert found.outliers[BIRD][0].key == STRANGER
    assert found.border_if_even == pytest.approx(0.4375)


def test_it_goes_on_in_portions_and_counts_both_passes(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_work, "_PORTION_S", 0.0)
    monkeypatch.setattr(audit_work, "_CHECK_EVERY", 4)
    run, done = AuditRun(session, range(1, 19)), [0]
    while run.found is None:
        run.advance(CancelToken())
        done.append(run.done)
    assert done[:3] == [0, 4, 8]
    assert run.done == run.total == 36
    assert len(done) >= 9


def test_it_can_be_stopped_and_a_closed_session_is_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_work, "_CHECK_EVERY", 1)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        AuditRun(session, range(1, 19)).advance(cancel)
    run = AuditRun(session, range(1, 19))
    session.close()
    with pytest.raises(SessionError):
        run.advance(CancelToken())


def test_another_model_in_the_middle_begins_it_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_work, "_PORTION_S", 0.0)
    monkeypatch.setattr(audit_work, "_CHECK_EVERY", 4)
    run = AuditRun(session, range(1, 19))
    for _ in range(3):
        run.advance(CancelToken())
    session.set_model(OTHER_MODEL)
    session.keep_answers([answered(key, SEA, one_cell(CENTRE), model=OTHER_MODEL.name) for key in (1, 2)])
    while run.found is None:
        run.advance(CancelToken())
    assert run.found.model == OTHER_MODEL.title
    assert (run.found.names, run.found.counted) == ({SEA: "sea"}, 2)
    # A file that cannot be read fails for every model.
    assert run.found.missing == {Missing.WAITING: 15, Missing.FAILED: 1}


def test_only_classes_that_count_are_listed_and_the_box_decides(session: Session) -> None:
    found = _audited(session)
    listed = lines(found, None)
    assert [(one.name, one.pictures, one.outside, one.place) for one in listed] == [
        ("meadow", 6, None, "top"),
        ("bird", 7, None, "centre"),
    ]
    where_meadows_look = make_box(0.6, 0.2, 0.3, -1.0)
    assert where_meadows_look.left == pytest.approx(7 / 24)
    assert where_meadows_look.top == 0.0
    assert where_meadows_look.bottom * 24 == pytest.approx(round(where_meadows_look.bottom * 24))
    by_box = lines(found, where_meadows_look)
    assert [one.name for one in by_box] == ["bird", "meadow"]
    assert by_box[0].outside == pytest.approx(6 / 7)
    assert by_box[1].outside == pytest.approx(0)
    assert [line_of(found, one.index, where_meadows_look) for one in by_box] == by_box


def test_the_overlay_is_warm_where_the_class_looks(session: Session) -> None:
    image = overlay(_audited(session), MEADOW)
    across, down = (0.25 + 0.5 * (3 + 0.5) / 8) * image.width(), 0.06 * image.height()
    warm, clear = image.pixelColor(int(across), int(down)), image.pixelColor(image.width() - 3, image.height() - 3)
    assert warm.alpha() > 100
    assert warm.red() > warm.blue() + 50
    assert clear.alpha() < 30


def test_the_mean_of_kept_pictures_and_none() -> None:
    jpegs = []
    for grey in (0, 200):
        kept = io.BytesIO()
        Image.new("RGB", (40, 20), (grey,) * 3).save(kept, "JPEG")
        jpegs.append(kept.getvalue())
    holder = Holder(None)
    images = [(key, f"/pictures/{key:06d}.jpg") for key in (1, 2, 3, 4)]
    image, count = mean_image(cast("SessionHolder", holder), images)
    assert image.isNull()
    assert count == 0
    holder.jpegs = {1: jpegs[0], 3: jpegs[1], 4: b"damaged"}
    image, count = mean_image(cast("SessionHolder", holder), images)
    assert count == 2
    assert image.width() == 2 * image.height()
    assert abs(image.pixelColor(5, 5).red() - 100) <= 3


def test_the_table_replaces_its_own_name_and_no_session(session: Session, tmp_path: Path) -> None:
    found, target = _audited(session), tmp_path / "audit.csv"
    for _ in range(2):
        write_table(found, make_box(0.25, 0.25, 0.75, 0.75), session, str(target))
    text = target.read_bytes().decode()
    assert text.startswith("kind,class_index,class,pictures")
    assert "class,3,meadow,6," in text
    before = session.path.stat().st_size
    with pytest.raises(OutputWriteError):
        write_table(found, None, session, str(session.path))
    assert session.path.stat().st_size == before
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (4, 4)).save(photo)
    with pytest.raises(OutputWriteError):
        write_table(found, None, session, str(photo))
    with Image.open(photo) as still:
        assert still.size == (4, 4)
