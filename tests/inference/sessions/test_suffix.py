"""Files of sessions are known by their names and by their content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.sessions.session import Session
from inference.sessions.suffix import MARK_BYTES, belongs_to_session, sidecar_list


def test_whatever_lies_beside_an_open_session_belongs_to_it(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.cardinal")
    try:
        names = [str(path) for path in tmp_path.iterdir()]
        assert len(names) > 1
        assert all(belongs_to_session(name, None) for name in [*names, str(sidecar_list(session.path))])
    finally:
        session.close()
    assert belongs_to_session("renamed.db", session.path.read_bytes()[:MARK_BYTES])


@pytest.mark.parametrize("name", ["s.cardinal.csv", "cardinal", "scardinal", "s.cardinal/rows.csv", "sidecars.jsonl"])
def test_other_files_do_not(name: str) -> None:
    assert not belongs_to_session(name, None)
    assert not belongs_to_session(name, b"SQLite")


@pytest.mark.skipif(os.name == "nt", reason="links as Unix has them")
def test_a_link_belongs_to_the_session_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").symlink_to(tmp_path / "s.cardinal")
    assert belongs_to_session(str(tmp_path / "rows.csv"), None)
