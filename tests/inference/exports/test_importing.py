"""What was exported comes back exactly; what others wrote is read as far as it is clear."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.cancel import Cancelled, CancelToken
from inference.errors import LabelFileError
from inference.exports.folder_plan import FolderOptions
from inference.exports.folders import carry_out, plan_folders
from inference.exports.importing import label_columns, match, read_folder_labels, read_labels
from inference.exports.label_rows import Columns
from inference.exports.rows import RowOptions, write_csv, write_json_lines
from inference.exports.selection import Include, Selection, selected
from inference.sessions.marks import LabelSource
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from tests.inference.exports.conftest import Originals
from tests.inference.exports.labelled import (
    ENCODABLE,
    FILE_NAMES,
    HOSTILE_LABELS,
    HOSTILE_NAMES,
    PREDICTIONS,
    labelled,
    without_label,
)

FORMS = [
    ("a.csv", write_csv, RowOptions("/p")),
    ("a.csv", write_csv, RowOptions("/p", for_spreadsheets=False)),
    ("a.csv", write_csv, RowOptions(None)),
    ("a.jsonl", write_json_lines, RowOptions("/p")),
    ("a.jsonl", write_json_lines, RowOptions(None, top_count=0)),
]


def round_trip(images: list[LabelledImage], target: Path, form: int) -> dict[str, str]:
    name, write, options = FORMS[form]
    write(images, target / name, options, CancelToken())
    file = read_labels(target / name)
    assert file.problems == ()
    assert [row.state for row in file.rows] == [image.state for image in images]
    assert [row.source for row in file.rows] == [image.source for image in images]
    return match(file.rows, [image.path for image in images], file.folder, roots=["/p"]).found


@pytest.mark.parametrize("form", range(len(FORMS)))
def test_hostile_names_and_labels_come_back(tmp_path: Path, form: int) -> None:
    names = [f"/p/{i}/{name}" for i, name in enumerate(HOSTILE_NAMES * len(HOSTILE_LABELS))]
    images = [labelled(i, path, HOSTILE_LABELS[i % len(HOSTILE_LABELS)]) for i, path in enumerate(names)]
    assert round_trip(images, tmp_path, form) == {image.path: image.label for image in images}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.dictionaries(FILE_NAMES, ENCODABLE | st.text("'=+-@\t\r\n ", min_size=1), min_size=1), st.integers(0, 4))
def test_everything_comes_back(tmp_path: Path, labels: dict[str, str], form: int) -> None:
    images = [labelled(i, f"/p/{name}", label) for i, (name, label) in enumerate(labels.items())]
    assert round_trip(images, tmp_path, form) == {f"/p/{name}": label for name, label in labels.items()}


@pytest.mark.parametrize("form", [0, 3])
def test_states_come_back_and_suggestions_are_no_labels(tmp_path: Path, form: int) -> None:
    images = [
        labelled(0, "/p/0.jpg", state=ImageState.ACCEPTED, source=LabelSource.IMPORTED),
        without_label(1, "/p/1.jpg", ImageState.UNSURE, predictions=PREDICTIONS),
        without_label(2, "/p/2.jpg", ImageState.REJECTED),
        without_label(3, "/p/3.jpg", ImageState.SUGGESTED, predictions=PREDICTIONS),
        without_label(4, "/p/4.jpg", ImageState.FAILED, failure="It is not an image, or the file is damaged."),
        without_label(5, "/p/5.jpg", ImageState.QUEUED),
    ]
    name, write, options = FORMS[form]
    write(selected(images, Selection(Include.EVERYTHING)), tmp_path / name, options, CancelToken())
    file = read_labels(tmp_path / name)
    assert [(row.number, row.label, row.state, row.source) for row in file.rows] == [
        (1, "magpie", ImageState.ACCEPTED, LabelSource.IMPORTED),
        (2, "", ImageState.UNSURE, None),
        (3, "", ImageState.REJECTED, None),
    ]
    assert file.problems == ("Rows that are suggestions, not labels: 1.", "Rows without a label: 2.")


def write(tmp_path: Path, text: str, name: str = "labels.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "text",
    [
        *["filename,label\na.jpg,cat\n b.jpg, dog \n", "image_id;class\na.jpg;cat\n b.jpg;dog\n"],
        *["a.jpg\tcat\n b.jpg\tdog\n", "x,file,y,species\n1,a.jpg,q,cat\n2, b.jpg,q,dog"],
    ],
)
def test_tables_of_others(tmp_path: Path, text: str) -> None:
    rows = read_labels(write(tmp_path, text)).rows
    assert [(row.path, row.label, row.state) for row in rows] == [("a.jpg", "cat", None), (" b.jpg", "dog", None)]


def test_an_apostrophe_of_others_stays(tmp_path: Path) -> None:
    assert [row.label for row in read_labels(write(tmp_path, "path,label\na.jpg,'-x\n")).rows] == ["'-x"]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    text = f"path,label\na.jpg,\n,cat\nb.jpg\nc.jpg,{'x' * 1_001}\nd.jpg,dog\n"
    file = read_labels(write(tmp_path, text))
    assert [row.path for row in file.rows] == ["d.jpg"]
    assert file.problems == (
        *("Rows without a label: 2.", "Rows without a path: 1.", "Rows with a path or label that is too long: 1."),
    )
    lines = '{"path": "a", "label": ["x"]}\n{"path": "\\ud800", "label": "x"}\n{"path": "b", "label": "\\ud800"}\n'
    file = read_labels(write(tmp_path, lines, "a.jsonl"))
    assert [(row.path, row.label) for row in file.rows] == [("b", "\ufffd")]
    assert file.problems == ("Rows whose path or label is no text: 2.",)


def test_a_table_of_suggestions_has_no_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "path,width,height,label_1,probability_1,error\na.jpg,1,2,cat,0.5,\n")
    with pytest.raises(LabelFileError, match="no column that looks like a path and a label"):
        read_labels(path)
    assert label_columns(path) == (
        ("path", "width", "height", "label_1", "probability_1", "error"),
        (("a.jpg", "1", "2", "cat", "0.5", ""),),
    )
    assert [row.label for row in read_labels(path, Columns("path", "label_1")).rows] == ["cat"]
    with pytest.raises(LabelFileError, match="no columns 'path' and 'x'"):
        read_labels(path, Columns("path", "x"))


def test_folders_of_others(tmp_path: Path) -> None:
    for name in (
        "cat/1.jpg",
        "cat/deep/2.JPG",
        "dog \udcff/3.png",
        "dog \udcff/notes.txt",
        ".git/4.jpg",
        "cat/.5.jpg",
        "6.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "up").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to("cat")
    file = read_folder_labels(tmp_path)
    assert [(row.path, row.label) for row in file.rows] == [
        (f"{tmp_path}/cat/1.jpg", "cat"),
        (f"{tmp_path}/cat/deep/2.JPG", "cat"),
        (f"{tmp_path}/dog \udcff/3.png", "dog \ufffd"),
    ]
    assert file.problems == ("Pictures in no class folder: 1.",)
    assert match(file.rows, [f"{tmp_path}/cat/1.jpg"], file.folder).found == {f"{tmp_path}/cat/1.jpg": "cat"}
    stop = CancelToken()
    stop.cancel()
    with pytest.raises(Cancelled):
        read_folder_labels(tmp_path, stop)
    with pytest.raises(LabelFileError, match="No such file"):
        read_folder_labels(tmp_path / "no")


def test_our_folders_say_the_labels_as_they_were(tmp_path: Path, originals: Originals) -> None:
    images = [
        labelled(0, originals.add("0/a.jpg", b"0"), "a/b"),
        labelled(1, originals.add("1/a.jpg", b"1"), "a:b"),
        without_label(2, originals.add("2/a.jpg", b"2"), ImageState.UNSURE),
    ]
    target = tmp_path / "target"
    carry_out(plan_folders(images, target, FolderOptions(unsure_folder=True)), CancelToken())
    result = match(read_folder_labels(target).rows, [image.path for image in images])
    assert result.found == {images[0].path: "a/b", images[1].path: "a:b"}
    assert result.states == {images[2].path: ImageState.UNSURE}
    assert result.by_name == 0
