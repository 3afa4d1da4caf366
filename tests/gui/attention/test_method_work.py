"""One set of runs gives the map of every class, the same as a set of its own would; gradients are opened or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.attention.method_work import NoGradientsError, open_gradients, runs_of, stage_maps, tried_map, try_copies
from gui.viewer.map_choice import STAGE_METHODS
from inference.arrays import Features
from inference.attention.earlier import class_direction, earlier_map
from inference.attention.making import InspectedPicture, make_map
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner, SeenPicture
from inference.cancel import Cancelled, CancelToken
from inference.classify.classifier import Classifier, Inspection
from inference.engine.devices import Precision
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Head, hash_model
from inference.errors import ModelLoadError
from inference.models.catalog import BUILT_IN_NAME, find_model
from inference.profile import Profile
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from tests.conftest import PROJECT_ROOT
from tests.fakes import FakeNetwork, fake_contract

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
HEAD = Head(np.eye(6, 3, dtype=np.float32), np.zeros(6, np.float32))


def _examined(features: Features | None, side: int = 8) -> Examined:
    image = np.random.default_rng(5).integers(0, 256, (side, side, 3), dtype=np.uint8)
    logits = FakeNetwork().run(image[None]).logits[0]
    facts, crop = PictureFacts(side, side, "PNG", 1), CropGeometry(0, 0, side, side)
    said = Classification("x", facts, crop, (Prediction(0, "class 0", 1.0, 1.0),), None, "fake", "cpu", "float32")
    return Examined(
        1,
        "x",
        said,
        Inspection(logits, features, image),
        fake_contract(),
        HEAD,
        "0" * 64,
        1.0,
        "cpu",
        Precision.FLOAT32,
    )


def _opened(model: str, folder: Path) -> GradientNetwork | NoGradientsError:
    profile = Profile.below(folder)
    model_hash = hash_model(str(find_model(model, profile, try_out=False).path))
    opened = open_gradients(model, model_hash, profile, lambda _progress: None, CancelToken(), may_write=True)
    assert opened is not None
    return opened


def _bench(network: FakeNetwork, told: list[tuple[int, int]], cancel: CancelToken | None = None) -> ExaminationBench:
    classifier = Classifier(network, batch_size=1)
    return ExaminationBench(classifier, None, cancel or CancelToken(), lambda *at: told.append(at))


def _features() -> Features:
    return np.random.default_rng(6).random((3, 2, 4)).astype(np.float32)


@pytest.mark.parametrize(("method", "runs"), [(Method.SCORE_CAM, 3), (Method.OCCLUSION, 8)])
def test_one_set_of_runs_serves_every_class(method: Method, runs: int) -> None:
    examined, network, told = _examined(_features()), FakeNetwork(), list[tuple[int, int]]()
    assert runs_of(method, examined) == runs
    tried = try_copies(method, examined, _bench(network, told))
    assert tried is not None
    assert sum(network.batches) == runs
    assert told[-1] == (runs, runs)
    features = examined.inspection.features
    assert features is not None
    seen = SeenPicture(examined.inspection.image, examined.inspection.logits)
    picture = InspectedPicture(seen, features)
    for index in (0, 4):
        own = make_map(method, picture, HEAD, index, runner=CopyRunner(FakeNetwork()))
        shown = tried_map(tried, examined, index)
        assert shown is not None
        np.testing.assert_array_equal(shown, own)
    assert sum(network.batches) == runs


@pytest.mark.parametrize("method", [Method.SCORE_CAM, Method.OCCLUSION])
def test_without_a_feature_map_nothing_is_run(method: Method) -> None:
    examined, network = _examined(None), FakeNetwork()
    assert runs_of(method, examined) == 0
    assert try_copies(method, examined, _bench(network, [])) is None
    assert network.batches == []


def test_runs_end_when_nobody_wants_them() -> None:
    network, cancel = FakeNetwork(), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        try_copies(Method.SCORE_CAM, _examined(_features()), _bench(network, [], cancel))
    assert network.batches == []


def test_a_model_without_gradients_is_refused_by_its_title(tmp_path: Path) -> None:
    refused = _opened(TINY, tmp_path)
    assert isinstance(refused, NoGradientsError)
    assert "last stage only" in str(refused)


def test_a_model_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError):
        open_gradients(TINY, "0" * 64, Profile.below(tmp_path), lambda _progress: None, CancelToken(), may_write=True)


def test_nothing_is_written_where_nobody_asked_for_it(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    model_hash = hash_model(str(find_model(BUILT_IN_NAME, profile, try_out=False).path))
    opened = open_gradients(BUILT_IN_NAME, model_hash, profile, lambda _progress: None, CancelToken(), may_write=False)
    assert opened is None
    assert not (profile.cache / "gradients").exists()


def test_one_run_gives_every_stage_by_every_method(tmp_path: Path) -> None:
    opened = _opened(BUILT_IN_NAME, tmp_path)
    assert isinstance(opened, GradientNetwork)
    examined = _examined(_features(), side=64)
    for relative in (False, True):
        maps = stage_maps(opened, examined, 2, _bench(FakeNetwork(), []), relative=relative)
        assert set(maps) == {(stage, method) for stage in opened.stages for method in STAGE_METHODS}
        run = opened.run(examined.inspection.image, class_direction(opened.facts.classes, 2, relative=relative))
        for (stage, method), shown in maps.items():
            given = run.stages[stage]
            np.testing.assert_allclose(shown, earlier_map(method, given.activations, given.gradients), atol=1e-6)
    opened.close()
