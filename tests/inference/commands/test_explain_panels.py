"""A comparison has one scale for all its panels, and says in words what each of them shows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.attention.side_by_side import Panel
from inference.classify.classifier import Answer
from inference.classify.preprocess import PreparedPicture
from inference.commands import explain_panels
from inference.commands.explain_files import Drawing
from inference.commands.explain_panels import OF_TWO_MODELS, Compared, Comparison, Kind, Speaker
from inference.commands.explanation import Explanation, Look
from inference.errors import OutputWriteError
from inference.files import WholeFile
from inference.models.contract import Label, MapKind, ModelContract, Preprocessing
from inference.results import Classification, CropGeometry, PictureFacts, Prediction

CONTRACT = ModelContract("m", "A model", (Label("cat"), Label("dog")), Preprocessing(36, 32), MapKind.EXACT, 0.25)
GREY = np.full((60, 80, 3), 128, np.uint8)


def _look(first: int) -> Look:
    ranked = (first, 1 - first)
    predictions = tuple(
        Prediction(index, CONTRACT.labels[index].name, probability, 1.0)
        for index, probability in zip(ranked, (0.75, 0.25), strict=True)
    )
    crop = CropGeometry(10, 0, 70, 60)
    facts = PictureFacts(80, 60, "PNG", 100)
    said = Classification("a.png", facts, crop, predictions, None, "m", "cpu", "float32")
    image = np.zeros((32, 32, 3), np.uint8)
    return Look(PreparedPicture(image, facts, crop, None), Answer(said), said)


def _panel(cells: list[list[float]] | None, *, scale: float | None = 0.25, first: int = 0) -> Compared:
    contract = dataclasses.replace(CONTRACT, evidence_scale=scale)
    explanation = None
    if cells is not None:
        grid = np.array(cells, np.float32)
        explanation = Explanation(grid, grid, 1.0, -0.5, 0.1, 0.6, 0.6, True, "cat", 0, None, Method.EVIDENCE, False)
    sentence = "" if cells is not None else "There is none."
    return Compared("a.png", Speaker(contract, "ab"), GREY, _look(first), 0, explanation, sentence)


def _compare(kind: Kind, *panels: Compared, failures: tuple[tuple[str, str], ...] = ()) -> Comparison:
    return Comparison(kind, "all of them", panels, failures)


def test_the_scale_is_the_models_and_of_two_models_the_wider_one() -> None:
    one, other = _panel([[0.5, -0.9]]), _panel([[0.5, -0.9]], scale=0.75)
    assert _compare(Kind.CLASSES, one, one).scale == 0.25
    assert _compare(Kind.MODELS, one, other).scale == 0.75


def test_a_model_without_a_scale_takes_the_largest_of_all_its_maps() -> None:
    maps = (_panel([[0.5, -0.9]], scale=None), _panel([[0.3]], scale=None), _panel(None, scale=None))
    assert _compare(Kind.PICTURES, *maps).scale == pytest.approx(0.9)
    assert _compare(Kind.PICTURES, *reversed(maps)).scale == pytest.approx(0.9)
    assert _compare(Kind.PICTURES, _panel([[0.0]], scale=None)).scale == 1.0


def test_words_of_classes_and_of_pictures() -> None:
    panels = _panel([[0.5, -0.9]]), _panel(None, first=1)
    lines = list(_compare(Kind.CLASSES, *panels).in_words())
    assert lines[0] == "all of them; maps on one scale, up to 0.25 logits a cell."
    assert lines[1].startswith("cat: +1.00 for, -0.50 against, bias +0.10 = 0.60 logits (75.0 %)")
    assert lines[-2:] == ["cat: 25.0 %", "    There is none."]
    lines = list(_compare(Kind.PICTURES, *panels).in_words())
    assert lines[1] == "a.png"
    assert lines[-4:] == [
        "a.png",
        "    cat: 25.0 %",
        "    There is none.",
        "    The first suggestion here is dog, 75.0 %.",
    ]
    assert OF_TWO_MODELS not in lines
    assert list(_compare(Kind.MODELS, *panels).in_words())[-1] == OF_TWO_MODELS


def test_the_manifest_names_what_failed_and_what_has_no_map() -> None:
    fields = _compare(Kind.PICTURES, _panel([[0.5, -0.9]]), _panel(None), failures=(("b.png", "Why."),)).as_fields()
    first, second = fields["panels"]
    np.testing.assert_allclose(first["cells"], [[0.5, -0.9]], rtol=1e-6)
    assert (second["cells"], second["sentence"]) == (None, "There is none.")
    for key in ("path", "class", "crop", "width", "height", "model", "model_sha256", "maps", "probability", "title"):
        assert first[key] == second[key]
    assert fields["failures"] == [{"path": "b.png", "reason": "Why."}]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("drawing", [Drawing(), Drawing(Style.SPOTLIGHT, outline=True)])
def test_every_panel_is_drawn(kind: Kind, drawing: Drawing) -> None:
    one = _panel([[0.25, -0.25]])
    widths = [_compare(kind, *[one] * count).drawn(drawing).shape[1] for count in (2, 3, 4)]
    assert widths[1] - widths[0] == widths[2] - widths[1] > 80


@pytest.mark.parametrize("kind", list(Kind))
def test_a_panel_names_its_class_once(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Panel] = []

    def keep(panels: list[Panel], _legend: object) -> np.ndarray:
        drawn.extend(panels)
        return GREY

    monkeypatch.setattr(explain_panels, "side_by_side", keep)
    _compare(kind, _panel([[0.5, -0.9]]), _panel(None)).drawn(Drawing())
    with_map, without = drawn
    numbers = "+1.00 for, -0.50 against, bias +0.10 = 0.60 logits (75.0 %)"
    if kind is Kind.CLASSES:
        assert (with_map.title, with_map.lines[0]) == ("cat", numbers)
        assert (without.title, without.lines) == ("cat", ("75.0 %", "There is none."))
    else:
        assert (with_map.title, with_map.lines[0]) == ("a.png", f"cat: {numbers}")
        assert (without.title, without.lines) == ("a.png", ("cat: 75.0 %", "There is none."))


def test_a_picture_and_its_numbers_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, write = tmp_path / "x.png", WholeFile.write
    explain_panels.write_comparison(output, _compare(Kind.CLASSES, _panel([[0.5]])), Drawing())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) == {"x.png", "x.json"}

    def fail(file: WholeFile, data: bytes) -> None:
        if data.startswith(b"{"):
            raise OutputWriteError("x.json", "No space left on device.")
        write(file, data)

    monkeypatch.setattr(WholeFile, "write", fail)
    with pytest.raises(OutputWriteError):
        explain_panels.write_comparison(output, _compare(Kind.CLASSES, _panel([[-0.5]])), Drawing())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_paths_that_are_no_text_are_told_by_their_bytes() -> None:
    path = b"b\xff.png".decode("utf-8", "surrogateescape")
    said = dataclasses.replace(_look(0).classification, path=path)
    look = dataclasses.replace(_look(0), classification=said)
    panels = [dataclasses.replace(panel, look=look, title=path) for panel in (_panel([[0.5]]), _panel(None))]
    fields = _compare(Kind.PICTURES, *panels, failures=((path, "Why."),)).as_fields()
    # A strict encoder, as other programs have it, takes every word.
    json.dumps(fields, ensure_ascii=False).encode()
    for told in (*fields["panels"], *fields["failures"]):
        assert (told["path"], bytes.fromhex(told["path_bytes"])) == ("b\ufffd.png", b"b\xff.png")
    assert [panel["title"] for panel in fields["panels"]] == ["b\\xff.png"] * 2
