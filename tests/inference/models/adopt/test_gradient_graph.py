"""The graph of gradients says what PyTorch's autograd says, of sizes that a stride divides and of others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from inference.models.adopt.gradient_graph import NoGradientGraphError, write_gradient_graph
from inference.models.contract import INPUT_NAME
from inference.models.gradient_facts import (
    DIRECTION_NAME,
    FACTS_KEY,
    GRAPH_FILE,
    WEIGHTS_FILE,
    GradientFacts,
    activations_name,
    gradients_name,
)
from inference.profile import BUILT_IN_MODELS
from tests.inference.models.adopt.residual import CHANNELS, CLASSES, residual_file, residual_model, torch_gradients
from tests.make_bright import BRIGHT
from tests.make_data import TINY

TOLERANCE = 1e-5


def _run(folder: Path, image: np.ndarray, directions: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(folder / GRAPH_FILE, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {INPUT_NAME: image[None], DIRECTION_NAME: directions}), strict=True))


def _facts(folder: Path) -> GradientFacts:
    model = onnx.load_model(folder / GRAPH_FILE, load_external_data=False)
    return GradientFacts.from_json({entry.key: entry.value for entry in model.metadata_props}[FACTS_KEY])


@pytest.mark.parametrize("size", [(24, 24), (23, 24), (25, 31), (1, 1), (2, 9)])
def test_gradients_are_those_of_autograd(size: tuple[int, int], tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    write_gradient_graph(residual_file(tmp_path), folder)
    random = np.random.default_rng(sum(size))
    image = random.integers(0, 256, (*size, 3), np.uint8)
    # One class, one class rather than another, anything.
    directions = np.stack([np.eye(CLASSES)[2], np.eye(CLASSES)[0] - np.eye(CLASSES)[4], random.normal(size=CLASSES)])
    directions = directions.astype(np.float32)
    made = _run(folder, image, directions)
    for row, direction in enumerate(directions):
        logits, stages = torch_gradients(residual_model(), image, direction)
        np.testing.assert_allclose(made["logits"][0], logits, rtol=TOLERANCE, atol=TOLERANCE)
        for number, (activations, gradients) in enumerate(stages, start=1):
            ours = made[activations_name(number)][0], made[gradients_name(number)][row]
            for mine, theirs in zip(ours, (activations, gradients), strict=True):
                assert mine.shape == theirs.shape
                np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE * max(1, np.abs(theirs).max()))


def test_it_says_its_stages_and_what_was_learned_in_each(tmp_path: Path) -> None:
    write_gradient_graph(residual_file(tmp_path), tmp_path)
    facts = _facts(tmp_path)
    assert facts.classes == CLASSES
    assert [(stage.number, stage.channels) for stage in facts.stages] == list(enumerate(CHANNELS, start=1))
    found = {part.name: {tensor.name.split("/")[-1] for tensor in part.tensors} for part in facts.parts}
    assert list(found) == ["head", "stage 2", "stage 1", "stem"]
    assert found["head"] == {"head_weight", "head_bias"}
    assert found["stage 2"] == {f"{name}2_{kind}" for name in ("inner", "outer", "side") for kind in ("weight", "bias")}
    # What a normalisation measured was not learned.
    assert found["stage 1"] == {"inner1_weight", "inner1_bias", "norm_scale", "norm_shift"}
    assert found["stem"] == {"stem_weight", "stem_bias"}


def test_the_weights_are_kept_once_and_beside_the_graph(tmp_path: Path) -> None:
    source = BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx"
    write_gradient_graph(source, tmp_path)
    weights, graph = (tmp_path / name for name in (WEIGHTS_FILE, GRAPH_FILE))
    assert weights.stat().st_size == pytest.approx(source.stat().st_size, rel=0.05)
    assert graph.stat().st_size < 100_000
    assert [part.name for part in _facts(tmp_path).parts] == [
        "head", "stage 4", "stage 3", "stage 2", "stage 1", "stem",
    ]  # fmt: skip


@pytest.mark.parametrize("model", [TINY, BRIGHT])
def test_a_network_without_residual_stages_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(NoGradientGraphError, match="residual"):
        write_gradient_graph(model, tmp_path)
    assert not list(tmp_path.iterdir())


def test_another_kind_of_block_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    with pytest.raises(NoGradientGraphError, match="residual"):
        write_gradient_graph(residual_file(tmp_path, ending="Sigmoid"), folder)


def test_facts_that_are_none_are_told() -> None:
    for text in ("", "{}", "[]", '{"classes": 3, "stages": [{"x": 1}], "parts": []}'):
        with pytest.raises(ValueError, match=r".+"):
            GradientFacts.from_json(text)
