"""`--check`: what the network then says, of the map that was explained; where nothing was checked, that is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from inference.arrays import RgbImage
from inference.attention.backbone_sanity import BackboneCheck, BackboneStep
from inference.attention.checks import SLIGHT, DeletionBadge
from inference.attention.confirming import HiddenRun
from inference.attention.curves import Curve, CurvePair
from inference.attention.masking import Filling, fill, hide, pixels_of
from inference.attention.methods import Method
from inference.attention.relative import relative_head
from inference.attention.sanity import randomise_head
from inference.classify.postprocess import softmax
from inference.commands import explain_checks, explain_picture
from inference.commands.explain_checks import CheckFound
from inference.commands.explanation import Explanation
from inference.engine.gradient_network import Direction, GradientNetwork
from inference.engine.network import Network
from inference.models.contract import Preprocessing
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, answer, explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT_RESIZE, BRIGHT_SIDE
from tests.odd_maps import light_picture

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def test_the_check_hides_the_strongest_fifth(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    words, grid, fields = explained(cardinal, tmp_path, picture, "--class", "bright", "--check", "--filling", "grey")
    image, logits = answer(picture)
    cells = np.zeros(64, np.bool_)
    # A fifth of 64 cells are 13, but fewer speak for the class.
    count = min(13, int((grid > 0).sum()))
    assert 0 < count < 13
    cells[np.argsort(-grid.ravel(), kind="stable")[:count]] = True
    filled = fill(image, Filling.GREY, Preprocessing(BRIGHT_RESIZE, BRIGHT_SIDE))
    changed = hide(image, pixels_of(cells.reshape(8, 8), (64, 64)), filled)
    network = Network.open(PROJECT_ROOT / "tests" / "data" / "bright.onnx", device="cpu")
    after = softmax(network.run(changed[None]).logits[0])[0]
    network.close()
    check = fields["check"]
    assert check["hidden_cells"] == count
    assert check["probability_before"] == pytest.approx(float(softmax(logits)[0]))
    assert check["probability_after"] == pytest.approx(float(after), abs=1e-5)
    assert f"With the strongest {count} of 64 cells hidden (grey)" in words
    assert fields["check"]["borne_out"] is (after < softmax(logits)[0] and not check["slight"])
    assert 0 <= check["curves"]["deletion"]["area"] <= 1
    assert check["curves"]["insertion"]["probabilities"][-1] == pytest.approx(check["probability_before"], abs=1e-5)
    assert check["randomised_head"]["draws"] == 20


def test_a_method_that_knows_no_class_fails_the_sanity_check(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--method", "eigen-cam", "--check", model=TINY)
    assert fields["check"]["randomised_head"]["signed"] == pytest.approx(1.0)
    assert "the map hardly depends on it" in words
    assert "same for every class" in words


def test_a_method_of_many_runs_is_not_made_anew_for_random_weights(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(GradientNetwork, "open", lambda *arguments, **_options: opened.append(arguments))
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--method", "occlusion", "--check", model=TINY)
    assert fields["check"]["randomised_head"] is None
    assert fields["check"]["randomised_backbone"] is None
    assert "not randomised part by part. Maps by occlusion take many runs" in words
    # Their file takes seconds to make.
    assert not opened


@pytest.mark.parametrize("more", [("--against", "yellow"), ("--relative",)])
def test_the_check_is_of_the_map_that_was_explained(cardinal: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    """A duel and relative evidence are maps of their own: other random heads agree with them otherwise."""
    question = (SAMPLE, "--class", "red", "--check")
    _, _, plain = explained(cardinal, tmp_path, *question, model=TINY)
    for name in ("map.npy", "map.json"):
        (tmp_path / name).unlink()
    _, grid, fields = explained(cardinal, tmp_path, *question, *more, model=TINY)
    network = Network.open(TINY, device="cpu")
    image, _ = answer(SAMPLE, TINY)
    features = network.run(image[None], features=True).features
    head = network.head
    network.close()
    assert features is not None
    assert head is not None
    agreements, is_relative = [], more == ("--relative",)
    for seed in range(20):
        # Of relative evidence, the random head has the mean and the spread of the relative one.
        own = relative_head(head) if is_relative else head
        weight = randomise_head(own, seed).weight.astype(np.float64)
        row = weight[0] if is_relative else weight[0] - weight[3]
        random_map = np.tensordot(row, features[0].astype(np.float64), 1)
        # Without equal cells, Spearman's correlation is that of the places in order.
        ranks = [np.argsort(np.argsort(cells.ravel())) for cells in (grid, random_map)]
        agreements.append(float(np.asarray(np.corrcoef(ranks))[0, 1]))
    found = fields["check"]["randomised_head"]
    assert found["signed"] == pytest.approx(float(np.mean(agreements)), abs=1e-3)
    assert found["signed"] != pytest.approx(plain["check"]["randomised_head"]["signed"], abs=1e-3)


def test_a_comparison_is_judged_by_its_lead(cardinal: Run, tmp_path: Path) -> None:
    words, grid, fields = explained(
        cardinal, tmp_path, SAMPLE, "--class", "red", "--against", "blue", "--check", model=TINY
    )
    image, logits = answer(SAMPLE, TINY)
    lead = fields["check"]["lead"]
    assert lead["over"] == "blue"
    assert lead["before"] == pytest.approx(float(logits[0] - logits[2]), abs=1e-5)
    count = min(round(grid.size / 5), int((grid > 0).sum()))
    cells = np.zeros(grid.size, np.bool_)
    cells[np.argsort(-grid.ravel(), kind="stable")[:count]] = True
    network = Network.open(TINY, device="cpu")
    filled = fill(image, Filling.BLUR, network.contract.preprocessing)
    changed = hide(image, pixels_of(cells.reshape(grid.shape), image.shape[:2]), filled)
    after = network.run(changed[None]).logits[0]
    network.close()
    assert lead["after"] == pytest.approx(float(after[0] - after[2]), abs=1e-4)
    assert fields["check"]["borne_out"] is (lead["before"] - lead["after"] >= SLIGHT)
    assert fields["check"]["slight"] is (is_slight := abs(lead["before"] - lead["after"]) < SLIGHT)
    assert f"its lead over blue goes from {lead['before']:+.2f} to {lead['after']:+.2f} logits, and red goes" in words
    assert ("That hardly changes it" in words) is is_slight
    assert "the deletion curve of red's score" in words


def test_where_nothing_speaks_for_the_class_nothing_is_hidden_or_compared(cardinal: Run, tmp_path: Path) -> None:
    picture = light_picture(tmp_path)
    question = (picture, "--class", "dark", "--method", "grad-cam", "--check")
    words, grid, fields = explained(cardinal, tmp_path, *question)
    assert not grid.any()
    check = fields["check"]
    assert (check["hidden_cells"], check["borne_out"]) == (0, None)
    assert (check["randomised_head"]["flat"], check["randomised_head"]["passed"]) == (True, None)
    assert "No cell of the map speaks for dark, so there was nothing to hide." in words
    assert "nothing to compare with maps of a random last layer" in words
    assert "Area below" not in words
    assert "borne out" not in words
    assert "depends on it" not in words


def _backbone(own: bool, *steps: BackboneStep) -> CheckFound:
    curve = Curve(np.array([0.0, 1.0]), np.array([0.5, 0.5], np.float32))
    cells = np.ones((2, 2), np.bool_)
    done = HiddenRun(Filling.BLUR, cells, np.zeros(2, np.float32), np.zeros(2, np.float32))
    badge = DeletionBadge(0, 0.5, 0.5, done)
    backbone = BackboneCheck(Method.GRAD_CAM, 4, steps, is_flat=own)
    return CheckFound(badge, CurvePair(curve, curve, Filling.BLUR), None, backbone, "", own, "cow", "")


def test_maps_without_ranks_are_called_so_and_not_a_correlation_of_zero() -> None:
    steps = (BackboneStep("head", 0.0, 0.0, is_flat=True), BackboneStep("stem", 0.12, 0.3, is_flat=False, draws=5))
    words = " ".join(_backbone(False, *steps).in_words())
    assert "last layer flat, first layers +0.12 (flat: a map that is the same everywhere): the map depends" in words
    assert "one part after the other (drawn once each, the last mean of 5), the map's rank correlation is" in words
    found = _backbone(True, *steps)
    words = " ".join(found.in_words())
    assert "The map is the same everywhere, so there is nothing to compare with maps of randomised parts." in words
    assert "depends" not in words
    assert found.as_fields()["backbone_passed"] is None


def test_of_a_map_that_is_the_same_everywhere_no_cell_is_called_strongest(cardinal: Run, tmp_path: Path) -> None:
    picture = tmp_path / "even.png"
    Image.new("RGB", (90, 60), (200, 200, 200)).save(picture)
    words, grid, fields = explained(cardinal, tmp_path, str(picture), "--class", "bright", "--check")
    assert grid.max() - grid.min() <= 1e-6 * grid.max()
    assert "no cell is stronger than another, so hiding some checks nothing." in words
    assert "strongest" not in words
    assert "borne out" not in words
    assert "Area below" not in words
    assert (fields["check"]["flat"], fields["check"]["borne_out"]) == (True, None)


@pytest.mark.parametrize("more", [("--relative",), ("--against", "blue")])
def test_the_randomised_networks_are_asked_for_the_map_that_was_explained(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    asked: list[tuple[RgbImage, Direction, Method, int]] = []

    def keep(
        _network: object, image: RgbImage, direction: Direction, *, method: Method, stage: int, **options: object
    ) -> BackboneCheck:
        assert options["on_progress"] is not None
        asked.append((image, direction, method, stage))
        return BackboneCheck(method, stage, (BackboneStep("stem", 0.0, 0.0, is_flat=False),))

    @contextmanager
    def gradients(*_arguments: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(facts=SimpleNamespace(classes=7), stages=(1, 2))

    def staged(stage: int, explanation: Explanation, *_arguments: object) -> Explanation:
        return replace(explanation, stage=stage)

    monkeypatch.setattr(explain_checks, "check_backbone", keep)
    monkeypatch.setattr(explain_picture, "opened_gradients", gradients)
    monkeypatch.setattr(explain_picture, "at_stage", staged)
    question = (SAMPLE, "--class", "red", "--method", "layercam", "--stage", "2", "--check", *more)
    explained(cardinal, tmp_path, *question, model=TINY)
    [(image, direction, method, stage)] = asked
    np.testing.assert_array_equal(image, answer(SAMPLE, TINY)[0])
    wanted = np.full(7, -1 / 7) if more == ("--relative",) else np.array([0, 0, -1, 0, 0, 0, 0])
    wanted[0] += 1
    np.testing.assert_allclose(direction, wanted, atol=1e-6)
    assert (method, stage) == (Method.LAYER_CAM, 2)


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        ((0.551, 0.550), "cow goes from 55.1 % to 55.0 %. That hardly changes it, so it does not speak for the map."),
        ((0.550, 0.551), "cow goes from 55.0 % to 55.1 %. That hardly changes it, so it does not speak for the map."),
        ((0.551, 0.250), "cow goes from 55.1 % to 25.0 %."),
        ((0.250, 0.551), "cow goes from 25.0 % to 55.1 %; the map is not borne out."),
    ],
)
def test_a_slight_change_speaks_neither_for_the_map_nor_against_it(
    probabilities: tuple[float, float], said: str
) -> None:
    before, after = probabilities
    found = _backbone(False, BackboneStep("stem", 0.1, 0.1, is_flat=False))
    logits = [np.array([np.log(share / (1 - share)), 0.0], np.float32) for share in probabilities]
    done = replace(found.badge.done, before=logits[0], after=logits[1])
    found = replace(found, badge=replace(found.badge, before=before, after=after, done=done))
    first = next(found.in_words())
    assert first == f"With the strongest 4 of 4 cells hidden (blur), {said}"
    fields = found.as_fields()
    assert fields["slight"] is ("hardly" in said)
    assert fields["borne_out"] is (after == 0.250)
