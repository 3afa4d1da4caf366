"""`--compare` and `--with-model`: every panel has the numbers of its own class, picture and model, on one scale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import numpy as np
import onnx
import pytest
from PIL import Image

from inference.attention.picture import MARK_BYTES, is_map_png
from inference.classify.postprocess import softmax
from inference.engine.network import Network
from inference.models.contract import METADATA_KEY, MapKind
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, answer, explained, patched
from tests.inference.commands.lesser_models import model_with
from tests.inference.commands.sessions import Run
from tests.inference.engine.variants import variant
from tests.make_bright import BRIGHT
from tests.odd_maps import black_picture, light_picture, mapless_on_black, plain_picture, scoreless_on_black

SAMPLES = PROJECT_ROOT / "assets" / "samples"
CAT, COFFEE = str(SAMPLES / "chelsea.png"), str(SAMPLES / "coffee.png")
Compare: TypeAlias = Callable[..., tuple[str, dict[str, Any]]]


@pytest.fixture
def compare(cardinal: Run, tmp_path: Path) -> Compare:
    """What `explain ARGUMENTS --output side.png` says, and its manifest."""

    def run(*arguments: str, model: str = TINY) -> tuple[str, dict[str, Any]]:
        output = tmp_path / "side.png"
        code, words, errors = cardinal(
            "explain", "--model", model, "--device", "cpu", *arguments, "--output", str(output)
        )
        assert (code, errors) == (0, "")
        assert is_map_png(output.read_bytes()[:MARK_BYTES])
        return words, json.loads((tmp_path / "side.json").read_text())

    return run


def _renamed(folder: Path, title: str, names: dict[str, str]) -> str:
    """The tiny model under another title, some of its classes under other names."""

    def rename(model: onnx.ModelProto) -> None:
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        contract = json.loads(entry.value)
        contract["title"] = title
        for label in contract["labels"]:
            label["name"] = names.get(label["name"], label["name"])
            label["wordnet_id"] = None
        entry.value = json.dumps(contract)

    folder.mkdir()
    return str(variant(folder, rename))


def _labels(fields: dict[str, Any]) -> list[str]:
    return [panel["class"]["label"] for panel in fields["panels"]]


@pytest.mark.usefixtures("own_pool")
def test_the_first_four_classes_of_one_picture_need_one_run(cardinal: Run, compare: Compare, tmp_path: Path) -> None:
    with mock.patch.object(Network, "run", autospec=True, side_effect=Network.run) as runs:
        cardinal("explain", "--model", TINY, "--device", "cpu", CAT)
        usual = runs.call_count
        words, fields = compare(CAT, "--compare")
        assert runs.call_count == 2 * usual
    _, logits = answer(CAT, TINY)
    best = np.argsort(-logits, kind="stable")[:4]
    assert [panel["class"]["index"] for panel in fields["panels"]] == best.tolist()
    assert (fields["compares"], fields["unit"], fields["failures"]) == ("classes", "logits", [])
    for panel in fields["panels"]:
        cells = np.array(panel["cells"])
        index = panel["class"]["index"]
        assert cells.shape == (8, 8)
        assert cells.sum() + panel["bias"] == pytest.approx(float(logits[index]), abs=1e-5)
        assert panel["probability"] == pytest.approx(float(softmax(logits)[index]), abs=1e-6)
        assert panel["first"]["index"] == best[0]
        assert f"{panel['class']['label']}: +" in words
    assert words.startswith("chelsea.png: classes of Tiny test network; maps on one scale, up to ")
    assert "first suggestion" not in words


def test_a_panel_has_the_numbers_that_its_class_has_alone(cardinal: Run, compare: Compare, tmp_path: Path) -> None:
    _, fields = compare(CAT, "--compare", "--class", "blue", "--class", "3", "--against", "grey")
    assert _labels(fields) == ["blue", "yellow"]
    for panel in fields["panels"]:
        label = panel["class"]["label"]
        _, grid, alone = explained(cardinal, tmp_path, CAT, "--class", label, "--against", "grey", model=TINY)
        np.testing.assert_allclose(np.array(panel["cells"]), grid, atol=1e-6)
        for key in ("logit", "supporting", "opposing", "bias", "against", "crop", "model_sha256", "path", "stage"):
            assert panel[key] == alone[key]


def test_several_pictures_show_one_class_each_in_its_own_view(cardinal: Run, compare: Compare, tmp_path: Path) -> None:
    odd = tmp_path / "other"
    odd.mkdir()
    pictures = [patched(tmp_path), patched(odd, (90, 240)), light_picture(tmp_path)]
    words, fields = compare(*pictures, "--compare", "--class", "bright", "--relative", model=str(BRIGHT))
    assert fields["compares"] == "pictures"
    assert [panel["path"] for panel in fields["panels"]] == pictures
    # Two have one name, so all are told apart by their paths.
    assert [panel["title"] for panel in fields["panels"]] == pictures
    for picture, panel in zip(pictures, fields["panels"], strict=True):
        _, grid, alone = explained(cardinal, tmp_path, picture, "--class", "bright", "--relative")
        np.testing.assert_allclose(np.array(panel["cells"]), grid, atol=1e-6)
        assert (panel["crop"], panel["logit"], panel["relative"]) == (alone["crop"], alone["logit"], True)
        _, logits = answer(picture)
        assert panel["first"]["index"] == int(logits.argmax())
        for name in ("map.npy", "map.json"):
            (tmp_path / name).unlink()
        assert f"\n{picture}\n    bright rather than the average class: " in words
    # Where the class that is shown leads anyway, nothing is added.
    others = [panel for panel in fields["panels"] if panel["first"]["label"] != "bright"]
    assert words.count("The first suggestion here is ") == len(others)


def test_without_a_class_all_show_the_first_ones_first(compare: Compare) -> None:
    _, fields = compare(COFFEE, CAT, "--compare")
    _, logits = answer(COFFEE, TINY)
    assert {panel["class"]["index"] for panel in fields["panels"]} == {int(logits.argmax())}
    assert [panel["title"] for panel in fields["panels"]] == ["coffee.png", "chelsea.png"]


def test_two_models_agree_on_classes_by_their_names(cardinal: Run, compare: Compare, tmp_path: Path) -> None:
    other = _renamed(tmp_path / "other", "Swapped", {"red": "Green", "green": "RED"})
    words, fields = compare(CAT, "--with-model", other, "--class", "red")
    assert fields["compares"] == "models"
    assert [panel["title"] for panel in fields["panels"]] == ["Tiny test network", "Swapped"]
    assert [panel["class"] for panel in fields["panels"]] == [
        {"index": 0, "label": "red"},
        {"index": 1, "label": "RED"},
    ]
    for subject, panel in zip(("red", "green"), fields["panels"], strict=True):
        _, grid, _ = explained(cardinal, tmp_path, CAT, "--class", subject, model=TINY)
        np.testing.assert_allclose(np.array(panel["cells"]), grid, atol=1e-6)
    words, fields = compare(CAT, "--with-model", other, "--class", "blue", "--against", "red")
    assert [panel["against"]["index"] for panel in fields["panels"]] == [0, 1]
    third = _renamed(tmp_path / "third", "Third", {"red": "crimson"})
    _, lacking = compare(CAT, "--with-model", third, "--class", "blue", "--against", "0")
    assert lacking["panels"][1]["sentence"] == "Third does not know red."
    hashes = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in (TINY, other)]
    assert [panel["model_sha256"] for panel in fields["panels"]] == hashes
    assert "Each model has logits of its own" in words


def test_only_one_of_two_models_is_in_the_memory(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    opened, close = Network.open, Network.close

    def noted_open(*arguments: object, **options: object) -> Network:
        network = opened(*arguments, **options)  # type: ignore[arg-type]
        order.append(f"open {network.contract.title}")
        return network

    def noted_close(network: Network) -> None:
        order.append(f"close {network.contract.title}")
        close(network)

    monkeypatch.setattr(Network, "open", noted_open)
    monkeypatch.setattr(Network, "close", noted_close)
    compare(CAT, "--with-model", TINY, "--class", "red", model=str(BRIGHT))
    first, second = "Brightness test network", "Tiny test network"
    assert order == [f"open {first}", f"close {first}", f"open {second}", f"close {second}"]


def test_a_class_that_one_model_lacks_is_told_and_the_other_shows_it(compare: Compare) -> None:
    words, fields = compare(CAT, "--with-model", TINY, "--class", "red", model=str(BRIGHT))
    first, second = fields["panels"]
    assert (first["class"], first["cells"], first["probability"]) == (None, None, None)
    assert first["sentence"] == "Brightness test network does not know red."
    assert first["sentence"] in words
    assert second["class"]["label"] == "red"
    assert second["sentence"] is None
    words, fields = compare(CAT, "--with-model", str(BRIGHT), "--class", "red", "--against", "blue")
    assert fields["panels"][1]["sentence"] == "Brightness test network does not know red."
    assert fields["panels"][0]["against"]["label"] == "blue"
    # A number is that of the first model; the second one has another class of that number.
    _, fields = compare(CAT, "--with-model", str(BRIGHT), "--class", "1", "--against", "0")
    assert fields["panels"][1]["sentence"] == "Brightness test network does not know green."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--with-model", str(BRIGHT), "--class", "unicorn"), "Tiny test network does not know unicorn."),
        (("--with-model", str(BRIGHT), "--class", "red", "--against", "dark"), "does not know dark."),
        (("--with-model", TINY), "Both are one model, Tiny test network"),
        (("--with-model", "nothing-of-that-name"), "There is no model named 'nothing-of-that-name'"),
        (("--compare", "--class", "red", "--class", "unicorn"), "has no class 'unicorn'"),
        (("--compare", "--class", "red", "--class", "0"), "red is named twice; it cannot be compared with itself."),
        (("--compare", "--class", "1", "--class", "0", "--against", "red"), "red is named twice"),
        (("--compare", "--relative", "--against", "red"), "use --relative or --against"),
        (
            ("--compare", "--against", "dark", "--model", str(BRIGHT)),
            "has two classes, so with one of them in --against",
        ),
        ((CAT, "--compare"), f"{CAT} is named twice; it cannot be compared with itself."),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(
    cardinal: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, words, errors = cardinal(
        "explain", "--model", TINY, "--device", "cpu", CAT, *arguments, "--output", str(tmp_path / "x.png")
    )
    assert (code, words) == (2, "")
    assert said in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.glob("x.*"))


def test_models_of_one_title_are_told_apart_by_their_files(compare: Compare, tmp_path: Path) -> None:
    other = model_with(MapKind.APPROXIMATE, tmp_path)
    words, fields = compare(CAT, "--with-model", other)
    assert [panel["title"] for panel in fields["panels"]] == [TINY, other]
    assert [panel["maps"] for panel in fields["panels"]] == ["exact", "approximate"]
    assert "The map is approximate" in words


def test_a_class_without_a_map_is_a_panel_without_one(compare: Compare, tmp_path: Path) -> None:
    lesser = model_with(MapKind.APPROXIMATE, tmp_path)
    classes = [word for name in ("red", "blue", "green") for word in ("--class", name)]
    words, fields = compare(CAT, "--compare", *classes, model=lesser)
    mapped = [panel["cells"] is not None for panel in fields["panels"]]
    assert mapped == [True, False, True]
    blue = fields["panels"][1]
    _, logits = answer(CAT, TINY)
    assert blue["probability"] == pytest.approx(float(softmax(logits)[2]), abs=1e-6)
    assert "only of a picture's first classes" in blue["sentence"]
    assert f"blue: {blue['probability'] * 100:.1f} %\n" in words


def test_where_no_panel_has_a_map_nothing_is_written(cardinal: Run, tmp_path: Path) -> None:
    lesser, output = model_with(MapKind.NONE, tmp_path), tmp_path / "x.png"
    for more in (("--compare",), (COFFEE, "--compare")):
        code, words, errors = cardinal(
            "explain", "--model", lesser, "--device", "cpu", CAT, *more, "--output", str(output)
        )
        assert (code, words) == (2, "")
        assert errors.endswith("has no maps: no pooling was found in it.\n")
    assert not output.exists()


def test_what_cannot_be_read_is_told_and_the_rest_is_shown(cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_text("text")
    pictures = (str(tmp_path / "no.jpg"), CAT, str(tmp_path / "missing.png"))
    start = ("explain", "--model", TINY, "--device", "cpu")
    code, words, errors = cardinal(*start, *pictures, "--compare", "--output", str(tmp_path / "x.png"))
    assert code == 1
    assert "\nchelsea.png\n    " in words
    assert f"{pictures[0]}: It is not an image" in errors
    assert f"{pictures[2]}: The file does not exist." in errors
    fields = json.loads((tmp_path / "x.json").read_text())
    assert [failure["path"] for failure in fields["failures"]] == [pictures[0], pictures[2]]
    assert len(fields["panels"]) == 1
    code, words, errors = cardinal(*start, pictures[0], pictures[2], "--compare", "--output", str(tmp_path / "y.png"))
    assert (code, words) == (1, "")
    assert errors.count("\n") == 2
    assert not list(tmp_path.glob("y.*"))


def test_numbers_that_are_none_are_told(cardinal: Run, tmp_path: Path) -> None:
    black, plain = black_picture(tmp_path), plain_picture(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    scoreless, mapless = scoreless_on_black(tmp_path / "a"), mapless_on_black(tmp_path / "b")
    start = ("explain", "--device", "cpu")
    code, words, errors = cardinal(*start, black, plain, "--compare", "--model", scoreless)
    assert code == 1
    assert errors == f"{black}: The model gave no valid numbers for it.\n"
    assert "plain.png\n" in words
    code, words, errors = cardinal(*start, black, "--model", TINY, "--with-model", scoreless)
    assert (code, words, errors) == (2, "", "Tiny test network gave no valid numbers for the picture.\n")
    code, words, _ = cardinal(*start, black, "--model", TINY, "--with-model", mapless)
    assert code == 0
    assert "    The model gave no valid numbers for it.\n" in words


def test_nothing_of_the_persons_is_replaced_and_our_own_is(cardinal: Run, tmp_path: Path) -> None:
    picture, photo, model = patched(tmp_path), tmp_path / "photo.png", tmp_path / "mine.onnx"
    Image.new("RGB", (5, 5)).save(photo)
    model.write_bytes(Path(TINY).read_bytes())
    (tmp_path / "theirs.json").write_text('{"panels": []}')
    (tmp_path / "hard.png").hardlink_to(picture)
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "picture.json").symlink_to(picture)
    start = ("explain", "--model", str(model), "--device", "cpu", picture, "--compare", "--output")
    explained(cardinal, tmp_path, picture)
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.iterdir() if path.is_file()}
    # map.json describes one map, and would not any more.
    for name in ("patched", "photo", "theirs", "hard", "folder", "picture", "map", "no-such-folder/x"):
        code, words, errors = cardinal(*start, str(tmp_path / f"{name}.png"))
        assert (code, words) == (2, "")
        assert "could not be written: " in errors
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in before} == before
    assert not (tmp_path / "theirs.png").exists()
    contents = []
    for subject in ("bright", "dark"):
        more = ("--with-model", str(BRIGHT), "--class", subject)
        code, _, errors = cardinal(*start, str(tmp_path / "ours.png"), *more)
        assert (code, errors) == (0, "")
        contents.append((tmp_path / "ours.json").read_bytes())
    assert contents[0] != contents[1]


def test_names_cannot_command_the_terminal(cardinal: Run, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    names = {"red": "\x1b[2Jred\n\u202e", "blue": "{0}%s"}
    model, picture = _renamed(folder, "\x1b]0;owned\x07", names), tmp_path / "\x1b[31m.png"
    picture.write_bytes(Path(CAT).read_bytes())
    for more in (("--compare", "--class", "0", "--class", "2"), (CAT, "--compare"), ("--with-model", TINY)):
        code, words, errors = cardinal(
            "explain", "--model", model, "--device", "cpu", str(picture), *more, "--output", str(tmp_path / "x.png")
        )
        assert (code, errors) == (0, "")
        assert not {"\x1b", "\x07", "\u202e"} & set(words)


def test_odd_pictures_stand_beside_each_other(cardinal: Run, tmp_path: Path, shared_data: Path) -> None:
    """Lines of one pixel, sixteen bits, other colours, turned by EXIF; what cannot be read is told."""
    folder, start = shared_data / "odd-images", ("explain", "--model", TINY, "--device", "cpu", "--compare")
    output = ("--output", str(tmp_path / "odd.png"))
    for names in (
        ("tall_1px_1x9000.jpg", "wide_1px_20000x1.png", "gray16.png", "cmyk.jpg"),
        ("orientation_6.jpg", "animated.gif", "truncated_jpeg.jpg", "decompression_bomb.gif"),
    ):
        expected = json.loads((folder / "manifest.json").read_text())
        failing = [str(folder / name) for name in names if expected[name]["expect"] == "error"]
        code, _, errors = cardinal(*start, *(str(folder / name) for name in names), *output)
        fields = json.loads((tmp_path / "odd.json").read_text())
        assert code == bool(failing)
        assert [failure["path"] for failure in fields["failures"]] == failing
        assert errors.count("\n") == len(failing)
        shown = [name for name in names if str(folder / name) not in failing]
        assert [panel["title"] for panel in fields["panels"]] == shown
        assert all(np.isfinite(panel["cells"]).all() for panel in fields["panels"])
        with Image.open(output[1]) as drawn:
            assert drawn.width > 280 * len(shown)
