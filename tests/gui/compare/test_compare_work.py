"""Maps on one scale, in their own places, with the network's own scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from PIL import Image

from gui.attention.examination import ExaminationBench
from gui.compare import compare_work
from gui.compare.answers import PictureAnswer, Pixels
from gui.qimage import rgb_to_qimage
from gui.viewer.map_mode import MapMode, MapRemark
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.classify.postprocess import softmax
from inference.classify.preprocess import PreparedPicture, geometry, prepare_picture
from inference.engine.devices import Precision
from inference.errors import ImageReadError, InferenceError
from inference.models.contract import MapKind
from inference.profile import Profile
from inference.results import CropGeometry, PictureFacts
from tests.fakes import CLASSES, FakeNetwork, fake_contract
from tests.gui.compare.answering import answer_of


def bench_with(network: FakeNetwork, picture: PreparedPicture | None) -> ExaminationBench:
    classifier = cast("Classifier", SimpleNamespace(network=network))
    return ExaminationBench(classifier, picture, CancelToken(), lambda _done, _total: None)


def prepared(value: int = 7) -> PreparedPicture:
    return PreparedPicture(
        np.full((8, 8, 3), value, np.uint8), PictureFacts(8, 8, "PNG", 1), CropGeometry(0, 0, 8, 8), None
    )


def test_one_run_answers_for_all_classes() -> None:
    network = FakeNetwork()
    said = compare_work.answer("/p/a.png", bench_with(network, prepared()))
    assert network.batches == [1]
    assert len(said.classification.predictions) == CLASSES
    assert said.inspection is not None
    assert compare_work.share_of(said, 0) == pytest.approx(softmax(said.inspection.logits)[0])
    network.head = None
    lesser = compare_work.answer("/p/a.png", bench_with(network, prepared()))
    assert lesser.inspection is None
    assert compare_work.share_of(lesser, 5) == pytest.approx(compare_work.share_of(said, 5))


def test_what_is_no_answer_is_an_error() -> None:
    network = FakeNetwork()
    network.bad_value = 7
    with pytest.raises(ImageReadError):
        compare_work.answer("/p/a.png", bench_with(network, prepared()))
    for work in (compare_work.read, lambda bench: compare_work.answer("/p/a.png", bench)):
        with pytest.raises(InferenceError):
            work(bench_with(network, None))


@pytest.mark.parametrize("size", [(40, 30), (30, 40), (2400, 1200), (900, 90)], ids=str)
def test_maps_lie_on_what_the_network_saw_of_the_shown_part(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "grey.png"
    Image.new("RGB", size, (128, 128, 128)).save(path)
    said = answer_of(str(path), size=size)
    order = compare_work.reading_order(said.classification.facts, said.speaker.contract)
    picture = prepare_picture(str(path), order)
    assert max(picture.input.shape) <= compare_work.LONGEST_SIDE
    pixels = Pixels(rgb_to_qimage(picture.input), picture.input, picture.crop)
    drawn = compare_work.draw(said, 0, MapMode.EVIDENCE, 1.0, pixels)
    crop = geometry(*size, said.speaker.contract.preprocessing)
    assert drawn.map is not None
    assert (drawn.map.box.left, drawn.map.box.top) == (crop.left - picture.crop.left, crop.top - picture.crop.top)
    assert drawn.map.box.right <= pixels.size[0] + 1
    assert drawn.map.cells == (2, 2)


def test_one_scale_for_all_and_the_ledger_adds_up() -> None:
    said = answer_of()
    weak, strong = (compare_work.draw(said, 0, MapMode.EVIDENCE, scale, None) for scale in (100.0, 5.0))
    assert weak.map is not None
    assert strong.map is not None
    assert weak.map.overlay is not None
    assert strong.map.overlay is not None
    alphas = [drawn.pixelColor(300, 20).alpha() for drawn in (weak.map.overlay, strong.map.overlay)]
    assert alphas[0] < 50
    assert alphas[1] > 200
    assert strong.entry is not None
    assert strong.entry.positive + strong.entry.negative + strong.entry.bias == pytest.approx(strong.entry.logit)
    assert strong.entry.adds_up is True
    assert strong.contributions is not None
    assert compare_work.draw(said, 4, MapMode.EVIDENCE, 5.0, None).contributions is None, "nothing is drawn"


def test_the_ledger_is_checked_as_exactly_as_the_network_computed() -> None:
    said = answer_of()
    assert said.inspection is not None
    said.inspection.logits[0] += 1e-2
    recalled = replace(said, classification=replace(said.classification, precision=Precision.BFLOAT16.value))
    exact = compare_work.draw(recalled, 0, MapMode.EVIDENCE, 5.0, None)
    rough = compare_work.draw(replace(said, precision=Precision.BFLOAT16), 0, MapMode.EVIDENCE, 5.0, None)
    assert exact.entry is not None
    assert rough.entry is not None
    assert (exact.entry.adds_up, rough.entry.adds_up) == (False, True)


def test_an_answer_tells_in_what_the_network_computed() -> None:
    network = FakeNetwork()
    network.precision = Precision.FLOAT16
    assert compare_work.answer("/p/a.png", bench_with(network, prepared())).precision is Precision.FLOAT16


def test_every_way_of_drawing() -> None:
    said = answer_of()
    drawn = {mode: compare_work.draw(said, 0, mode, 5.0, None).map for mode in MapMode}
    shown = {mode: one for mode, one in drawn.items() if one is not None}
    assert {mode for mode, one in shown.items() if one.overlay is not None} == {
        MapMode.EVIDENCE, MapMode.HEAT, MapMode.SPOTLIGHT,
    }  # fmt: skip
    assert {mode for mode, one in shown.items() if one.lines} == {MapMode.OUTLINE}
    assert {mode for mode, one in shown.items() if one.takes_light} == {MapMode.SPOTLIGHT}


def test_models_without_maps_and_numbers_that_are_none() -> None:
    said = answer_of()
    contract = replace(said.speaker.contract, maps=MapKind.NONE)
    mapless = PictureAnswer(
        replace(said.speaker, contract=contract, head=None), said.classification, None, said.precision
    )
    nothing = compare_work.draw(mapless, 0, MapMode.EVIDENCE, 1.0, None)
    assert (nothing.map, nothing.entry, nothing.remark) == (None, None, MapRemark.NONE)
    assert nothing.share == pytest.approx(compare_work.share_of(said, 0))
    approximate = PictureAnswer(
        replace(said.speaker, contract=replace(contract, maps=MapKind.APPROXIMATE), head=None),
        said.classification,
        None,
        said.precision,
    )
    rare = compare_work.draw(approximate, 0, MapMode.EVIDENCE, 1.0, None)
    assert (rare.map, rare.remark) == (None, MapRemark.BEST_CLASSES_ONLY)
    assert said.inspection is not None
    assert said.inspection.features is not None
    said.inspection.features[:] = np.nan
    bad = compare_work.draw(said, 0, MapMode.EVIDENCE, 1.0, None)
    assert (bad.remark, bad.contributions) == (MapRemark.INVALID, None)


def test_a_second_model_is_closed_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = FakeNetwork()
    monkeypatch.setattr(
        compare_work, "open_classifier", lambda *_, **__: cast("Classifier", SimpleNamespace(network=network))
    )
    profile = Profile.below(tmp_path)
    said = compare_work.second_answer("other", "cpu", profile, "/p/a.png", prepared(), CancelToken())
    assert said.speaker.contract == fake_contract()
    assert network.closed
    network.closed, network.fails = False, True
    with pytest.raises(InferenceError):
        compare_work.second_answer("other", "cpu", profile, "/p/a.png", prepared(), CancelToken())
    assert network.closed
