"""Another look has more cells, its own answer, maps that add up to it, and lines up with the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gui import map_maker
from gui.attention import finer_panel
from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.attention.finer_work import Wanted, look, map_of, order_of
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from inference.attention import finer
from inference.attention.closed_forms import closed_form
from inference.attention.evidence import evidence_map
from inference.attention.methods import Method
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Network, NetworkOutputs
from inference.errors import ImageReadError, InferenceError
from inference.models.contract import Preprocessing
from inference.results import Classification
from tests.fakes import FakeNetwork
from tests.make_bright import BRIGHT

SIZES = [(100, 400), (300, 300), (400, 100), (417, 131)]
LOOKS = [Wanted(2, whole=False), Wanted(3, whole=False), Wanted(1, whole=True)]


class _AllNan(FakeNetwork):
    """A network that gives no valid numbers."""

    def run(self, *arguments: Any, **options: Any) -> NetworkOutputs:  # noqa: ANN401 - passed on
        outputs = super().run(*arguments, **options)
        return replace(outputs, logits=np.full_like(outputs.logits, np.nan))


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    """With the network that answers to brightness."""
    network = Network.open(BRIGHT, device="cpu")
    yield Classifier(network, batch_size=1)
    network.close()


def _patched(folder: Path, size: tuple[int, int], centre: tuple[float, float]) -> str:
    pixels = np.full((size[1], size[0], 3), 20, np.uint8)
    side = max(10, min(size) // 8)
    left, top = round(centre[0] - side / 2), round(centre[1] - side / 2)
    pixels[top : top + side, left : left + side] = 250
    path = folder / f"{size[0]}x{size[1]}.png"
    Image.fromarray(pixels).save(path)
    return str(path)


def _examined(path: str, classifier: Classifier) -> Examined:
    network = classifier.network
    prepared = prepare_picture(path, PrepareOrder(network.contract.preprocessing))
    (answer,) = classifier.classify([path], [prepared], inspect=True)
    assert isinstance(answer.outcome, Classification)
    assert answer.inspection is not None
    assert network.head is not None
    return Examined(
        1,
        path,
        answer.outcome,
        answer.inspection,
        network.contract,
        network.head,
        network.model_hash,
        0.5,
        network.device.value,
        network.precision,
    )


def _bench(examined: Examined, wanted: Wanted, classifier: Classifier) -> ExaminationBench:
    order = order_of(examined, wanted)
    assert order is not None
    return ExaminationBench(
        classifier, prepare_picture(examined.path, order), CancelToken(), lambda _done, _total: None
    )


@pytest.mark.parametrize("wanted", LOOKS, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_peak_is_on_the_patch(
    classifier: Classifier, tmp_path: Path, size: tuple[int, int], wanted: Wanted
) -> None:
    # In the middle square, which every look sees, and off its middle.
    short = min(size)
    centre = (size[0] / 2 + short * 0.2, size[1] / 2 - short * 0.25)
    examined = _examined(_patched(tmp_path, size, centre), classifier)
    seen = look(examined, wanted, _bench(examined, wanted, classifier))
    crop, features = seen.examined.classification.crop, seen.examined.inspection.features
    assert features is not None
    assert (seen.rows, seen.columns) == features.shape[1:]
    contributions = evidence_map(features, examined.head.weight[0])
    row, column = divmod(int(contributions.argmax()), seen.columns)
    wide, tall = (crop.right - crop.left) / seen.columns, (crop.bottom - crop.top) / seen.rows
    # Of a patch that is larger than a cell any cell may be the strongest.
    reach = max(10, short // 8) / 2
    assert abs(crop.left + (column + 0.5) * wide - centre[0]) <= wide + reach
    assert abs(crop.top + (row + 0.5) * tall - centre[1]) <= tall + reach
    usual = examined.inspection.features
    assert usual is not None
    assert seen.examined.scale == pytest.approx(0.5 * usual[0].size / (seen.rows * seen.columns))
    if wanted.whole:
        assert (crop.left, crop.top, crop.right, crop.bottom) == pytest.approx((0, 0, *size), abs=1e-6)
    else:
        assert seen.rows == usual.shape[1] * wanted.factor


def test_its_map_adds_up_to_its_own_logit_and_to_its_own_gap(classifier: Classifier, tmp_path: Path) -> None:
    examined = _examined(_patched(tmp_path, (300, 300), (150, 150)), classifier)
    seen = look(examined, LOOKS[0], _bench(examined, LOOKS[0], classifier)).examined
    logits = seen.inspection.logits
    for shown in range(logits.size):
        drawn = map_of(seen, shown, None, MapMode.EVIDENCE)
        assert drawn is not None
        assert drawn.account is not None
        assert drawn.account.ledger.error(float(logits[shown])) <= 1e-5
        assert drawn.on_screen.scale == seen.scale
    fight = map_of(seen, 0, 1, MapMode.EVIDENCE)
    assert fight is not None
    assert fight.account is not None
    assert fight.account.ledger.error(float(logits[0] - logits[1])) <= 1e-5
    itself = map_of(seen, 0, 0, MapMode.EVIDENCE)
    assert itself is not None
    assert itself.account is not None
    assert itself.account.ledger.error(float(logits[0])) <= 1e-5


def test_it_says_what_became_of_the_decision(classifier: Classifier, tmp_path: Path) -> None:
    # The only bright part lies beside what the usual look sees.
    examined = _examined(_patched(tmp_path, (400, 100), (20, 50)), classifier)
    seen = look(examined, LOOKS[2], _bench(examined, LOOKS[2], classifier))
    assert seen.change.first_before == int(examined.inspection.logits.argmax())
    assert seen.change.first_after == int(seen.examined.inspection.logits.argmax())
    assert seen.first_score == pytest.approx(seen.examined.classification.predictions[0].probability)
    assert seen.examined.classification.predictions[0].index == seen.change.first_after
    assert not seen.enlarged
    small = _examined(_patched(tmp_path, (100, 100), (50, 50)), classifier)
    assert look(small, LOOKS[1], _bench(small, LOOKS[1], classifier)).enlarged


def test_what_cannot_be_looked_at_is_an_error_with_words(classifier: Classifier, tmp_path: Path) -> None:
    examined = _examined(_patched(tmp_path, (300, 300), (150, 150)), classifier)
    bench = _bench(examined, LOOKS[0], classifier)
    broken = FakeNetwork()
    broken.fails = True
    with pytest.raises(InferenceError, match="broken"):
        look(examined, LOOKS[0], ExaminationBench(Classifier(broken, batch_size=1), bench.picture, bench.cancel, print))
    nan = ExaminationBench(Classifier(_AllNan(), batch_size=1), bench.picture, bench.cancel, print)
    with pytest.raises(ImageReadError):
        look(examined, LOOKS[0], nan)
    with pytest.raises(InferenceError, match="nothing to look at"):
        look(examined, LOOKS[0], ExaminationBench(classifier, None, bench.cancel, print))


def test_an_input_that_is_too_large_is_not_ordered(classifier: Classifier, tmp_path: Path) -> None:
    examined = _examined(_patched(tmp_path, (300, 300), (150, 150)), classifier)
    assert order_of(examined, LOOKS[0]) is not None
    contract = replace(examined.contract, preprocessing=Preprocessing(resize=2000, crop=2000))
    large = replace(examined, contract=contract)
    assert order_of(large, LOOKS[1]) is None


def test_the_panel_offers_what_the_core_can() -> None:
    assert finer_panel.FACTORS == finer.FACTORS


def test_what_is_the_same_for_every_class_of_a_look_is_computed_once(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Method] = []

    def counting(method: Method, features: Any, weight: Any) -> Any:  # noqa: ANN401 - passed on
        made.append(method)
        return closed_form(method, features, weight)

    monkeypatch.setattr(map_maker, "closed_form", counting)
    choice = MapChoice(Method.EIGEN_CAM)
    looks = [_examined(_patched(tmp_path, size, (50, 50)), classifier) for size in SIZES[:2]]
    for seen in looks:
        for shown in (0, 1, 0):
            assert map_of(seen, shown, None, MapMode.HEAT, choice) is not None
    rescaled = replace(looks[1], scale=3 * looks[1].scale)
    assert map_of(rescaled, 0, None, MapMode.HEAT, choice) is not None
    assert made == [Method.EIGEN_CAM] * 2
    drawn = [map_of(seen, 0, None, MapMode.EVIDENCE) for seen in (rescaled, looks[1])]
    assert [one.on_screen.scale for one in drawn if one is not None] == [rescaled.scale, looks[1].scale]
