"""`explain --audit`: the shortcut comes first, damaged pictures are told and do not count, sessions need no run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inference.commands import explain_audit
from inference.engine.network import Network
from inference.exports.audit_table import AuditReport
from inference.models.contract import MapKind
from inference.sessions.session import Session
from tests.inference.commands.lesser_models import model_with
from tests.inference.commands.sessions import Run, hashes
from tests.make_bright import BRIGHT
from tests.shortcut import make_shortcut

_MODEL = ("--model", str(BRIGHT), "--device", "cpu")
_BOX = "0.25,0.25,0.75,0.75"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of a shortcut, six of a sound class, one that nobody can read."""
    made = make_shortcut(tmp_path / "pictures")
    (made / "broken.jpg").write_text("not a picture")
    return made


def _rows(text: str, kind: str) -> list[dict[str, object]]:
    return [row for row in map(json.loads, text.splitlines()) if row["kind"] == kind]


def test_the_class_that_looks_at_the_border_comes_first(cardinal: Run, folder: Path) -> None:
    before = hashes(folder)
    code, out, err = cardinal("explain", str(folder), *_MODEL, "--audit", "--box", _BOX, "--format", "jsonl")
    first, last = _rows(out, "class")
    assert (first["class"], last["class"]) == ("bright", "dark")
    assert first["pictures"] == last["pictures"] == 6
    assert float(str(first["border"])) > 0.6 > float(str(first["border_if_even"])) > 0.1 > float(str(last["border"]))
    assert float(str(first["outside"])) > 0.9
    assert float(str(last["outside"])) < 0.05
    assert (first["strongest"], last["strongest"]) == ("top", "centre")
    (failed,) = _rows(out, "failed")
    assert str(failed["path"]).endswith("broken.jpg")
    assert code == 1
    assert err == ""
    assert len(_rows(out, "outlier")) == 10
    assert hashes(folder) == before


@pytest.mark.usefixtures("own_pool")
def test_the_table_has_numbers_first_and_tells_what_does_not_count(cardinal: Run, folder: Path) -> None:
    code, out, err = cardinal("explain", str(folder), *_MODEL, "--audit")
    lines = out.splitlines()
    assert lines[0].startswith("12 pictures counted, Brightness test network.")
    assert lines[0].endswith("on each side; 43.8 % if it were spread evenly.")
    assert lines[1].split() == ["border", "outside", "pictures", "strongest", "class"]
    assert lines[2].split()[-1] == "bright"
    assert lines[3].split()[-1] == "dark"
    assert "1 without an answer do not count." in lines
    assert "broken.jpg: It is not an image" in err
    assert code == 1


def test_a_folder_gets_the_mean_maps_and_the_table_and_is_no_input_later(cardinal: Run, folder: Path) -> None:
    target = folder / "audit"
    for _ in range(2):
        code, out, _ = cardinal("explain", str(folder), *_MODEL, "--audit", "--output", str(target), "--format", "csv")
        assert code == 1
        assert sorted(path.name for path in target.iterdir()) == ["0000 bright.png", "0001 dark.png", "audit.csv"]
        assert (target / "audit.csv").read_bytes().decode() == out
        classes = [row for row in csv.DictReader(out.splitlines()) if row["kind"] == "class"]
        assert sum(int(row["pictures"]) for row in classes) == 12
    with Image.open(target / "0000 bright.png") as drawn:
        left, right = drawn.convert("RGB").getpixel((240, 40)), drawn.convert("RGB").getpixel((240, 250))
    # Warm on the patch, as grey as the pictures elsewhere.
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] - left[2] > 40
    assert abs(right[0] - right[2]) < 8


def test_somebodys_picture_is_not_replaced(cardinal: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    Image.new("RGB", (4, 4)).save(target / "0000 bright.png")
    code, _, err = cardinal("explain", str(folder), *_MODEL, "--audit", "--output", str(target))
    assert code == 2
    assert "no map of Cardinal's" in err


def test_a_session_answers_the_same_without_a_run(
    cardinal: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = str(tmp_path / "kept.cardinal")
    cardinal("classify", str(folder), *_MODEL, "--session", session)
    _, ran, _ = cardinal("explain", str(folder), *_MODEL, "--audit", "--box", _BOX, "--format", "jsonl")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a network was opened")

    monkeypatch.setattr(Network, "open", refuse)
    code, out, err = cardinal("explain", "--session", session, "--audit", "--box", _BOX, "--format", "jsonl")
    assert (code, err) == (1, "")
    for kept, run in zip(_rows(out, "class"), _rows(ran, "class"), strict=True):
        assert kept["class"] == run["class"]
        assert kept["border"] == pytest.approx(run["border"], abs=2e-3)
        assert kept["outside"] == pytest.approx(run["outside"], abs=2e-3)
    assert [row["path"] for row in _rows(out, "failed")] == [row["path"] for row in _rows(ran, "failed")]
    some = [str(folder / f"border {number}.png") for number in range(2)]
    _, out, _ = cardinal("explain", *some, "--session", session, "--audit", "--format", "jsonl")
    (only,) = _rows(out, "class")
    assert (only["class"], only["pictures"]) == ("bright", 2)
    code, _, err = cardinal("explain", "--session", session, "--audit", "--output", str(tmp_path / "maps"))
    assert (tmp_path / "maps" / "0000 bright.png").exists()


def test_what_has_nothing_to_audit_says_so(cardinal: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    code, out, err = cardinal("explain", str(empty), *_MODEL, "--audit")
    assert (code, out) == (2, "")
    assert f"No pictures were found in {empty}." in err
    (empty / "broken.jpg").write_text("not a picture")
    code, out, err = cardinal("explain", str(empty), *_MODEL, "--audit")
    assert (code, out) == (2, "")
    assert "None of the 1 pictures has an answer." in err
    Session.create(tmp_path / "new.cardinal").close()
    code, _, err = cardinal("explain", "--session", str(tmp_path / "new.cardinal"), "--audit")
    assert code == 2
    assert "Nothing in this session was classified yet." in err
    code, _, err = cardinal("explain", "--session", str(tmp_path / "none.cardinal"), "--audit")
    assert code == 2
    assert "none.cardinal" in err


@pytest.mark.parametrize("maps", [MapKind.APPROXIMATE, MapKind.NONE])
def test_approximate_maps_are_audited_and_no_maps_are_a_sentence(
    cardinal: Run, folder: Path, tmp_path: Path, maps: MapKind
) -> None:
    code, out, err = cardinal(
        "explain", str(folder), "--model", model_with(maps, tmp_path), "--audit", "--device", "cpu"
    )
    if maps is MapKind.NONE:
        assert (code, out) == (2, "")
        assert "has no maps: no pooling was found in it." in err
    else:
        assert code == 1
        assert out.splitlines()[1].split()[0] == "border"


def test_pictures_that_a_session_does_not_know_are_named(cardinal: Run, folder: Path, tmp_path: Path) -> None:
    session = str(tmp_path / "kept.cardinal")
    cardinal("classify", str(folder), *_MODEL, "--session", session)
    code, _, err = cardinal("explain", str(tmp_path / "elsewhere"), "--session", session, "--audit")
    assert code == 2
    assert "elsewhere" in err


def test_stopping_leaves_nothing_and_says_so(cardinal: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explain_audit, "make_report", stop)
    code, out, err = cardinal("explain", str(folder), *_MODEL, "--audit")
    assert (code, out) == (130, "")
    assert err.endswith("Stopped before the end.\n")


def test_the_only_picture_of_a_class_does_not_deviate_from_it(cardinal: Run, folder: Path) -> None:
    code, out, _ = cardinal("explain", str(sorted(folder.glob("*.png"))[0]), *_MODEL, "--audit")
    assert code == 0
    assert out.startswith("1 picture counted, ")
    assert "Farthest" not in out


def test_two_classes_of_one_name_are_told_apart_in_the_table(
    cardinal: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = explain_audit.make_report

    def renamed(*given: object) -> AuditReport:
        report = real(*given)  # type: ignore[arg-type]
        return replace(report, names=dict.fromkeys(report.names, "crane"))

    monkeypatch.setattr(explain_audit, "make_report", renamed)
    _, out, _ = cardinal("explain", str(folder), *_MODEL, "--audit")
    assert "crane (0)" in out
    assert "crane (1)" in out
    assert "crane:" not in out
