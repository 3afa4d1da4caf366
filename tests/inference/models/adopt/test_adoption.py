"""Adopting keeps the scores of the source, and evidence and bias add up to the logits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from inference.errors import ModelContractError, ModelLoadError
from inference.models.adopt.adoption import AdoptOptions, adopt, adopt_file
from inference.models.contract import Label, MapKind, Preprocessing
from inference.models.contract_reading import read_contract
from inference.models.metadata import read_metadata
from inference.models.request import ModelRequest
from tests.inference.models.adopt.graphs import CHANNELS, CLASSES, GAP_FLATTEN, SIDE, classifier, ints, node, weights

PREPROCESSING = Preprocessing(SIDE, SIDE)
OPTIONS = AdoptOptions("stranger", preprocessing=PREPROCESSING)

W = weights()
TEMPLATES: dict[str, tuple[list[onnx.NodeProto], dict[str, NDArray[np.generic]]]] = {
    "gemm": ([*GAP_FLATTEN, node("Gemm", "f head bias", "output", transB=1)], {}),
    "gemm, alpha and beta, no transB": (
        [*GAP_FLATTEN, node("Gemm", "f headT bias", "output", alpha=0.5, beta=2.0)],
        {"headT": np.ascontiguousarray(W["head"].T)},
    ),
    "gemm without bias": ([*GAP_FLATTEN, node("Gemm", "f head", "output", transB=1)], {}),
    "matmul and add": (
        [
            node("ReduceMean", "maps", "f", axes=[2, 3], keepdims=0),
            node("MatMul", "f headT", "m"),
            node("Add", "bias m", "output"),
        ],
        {"headT": np.ascontiguousarray(W["head"].T)},
    ),
    "matmul with a transposed constant": (
        [*GAP_FLATTEN, node("Transpose", "head", "t", perm=[1, 0]), node("MatMul", "f t", "output")],
        {},
    ),
    "1x1 convolution, then flatten": (
        [
            node("GlobalAveragePool", "maps", "p"),
            node("Conv", "p head4 bias", "s", kernel_shape=[1, 1]),
            node("Flatten", "s", "output"),
        ],
        {"head4": W["head"][:, :, None, None]},
    ),
    "average pool over the whole map, reshape, softmax": (
        [
            node("AveragePool", "maps", "p", kernel_shape=[8, 8]),
            node("Reshape", "p shape", "f"),
            node("Dropout", "f", "d"),
            node("Gemm", "d head bias", "g", transB=1),
            node("Softmax", "g", "output", axis=1),
        ],
        {"shape": ints(1, -1)},
    ),
    "mean with negative axes, squeeze, log-softmax": (
        [
            node("ReduceMean", "maps", "p", axes=[-1, -2]),
            node("Squeeze", "p axes", "f"),
            node("Gemm", "f head bias", "g", transB=1),
            node("LogSoftmax", "g", "output", axis=1),
        ],
        {"axes": ints(2, 3)},
    ),
    "channels last": (
        [
            node("Transpose", "maps", "l", perm=[0, 2, 3, 1]),
            node("ReduceMean", "l", "f", axes=[1, 2], keepdims=0),
            node("Gemm", "f head bias", "output", transB=1),
        ],
        {},
    ),
    "scores are pooled maps": (
        [node("Conv", "maps head4 bias", "s"), node("GlobalAveragePool", "s", "p"), node("Flatten", "p", "output")],
        {"head4": W["head"][:, :, None, None]},
    ),
    "mean in two steps": (
        [
            node("ReduceMean", "maps", "a", axes=[3]),
            node("ReduceMean", "a", "b", axes=[2]),
            node("Flatten", "b", "f"),
            node("Gemm", "f head bias", "output", transB=1),
        ],
        {},
    ),
    "reshape by the computed batch size": (
        [
            node("GlobalAveragePool", "maps", "p"),
            node("Shape", "p", "shape"),
            node("Gather", "shape zero", "n"),
            node("Concat", "n rest", "target", axis=0),
            node("Reshape", "p target", "f"),
            node("Gemm", "f head bias", "output", transB=1),
        ],
        {"zero": ints(0), "rest": ints(-1)},
    ),
}
HIDDEN = [
    *GAP_FLATTEN,
    node("Gemm", "f hidden", "h"),
    node("Relu", "h", "r"),
    node("Gemm", "r head bias", "output", transB=1),
]


def images(count: int, height: int = SIDE, width: int = SIDE) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def normalised(pictures: NDArray[np.uint8], rule: Preprocessing = PREPROCESSING) -> NDArray[np.float32]:
    scaled = (pictures / 255 - np.array(rule.mean)) / np.array(rule.std)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)


def run(model: Path | onnx.ModelProto, feed: NDArray[Any]) -> dict[str, NDArray[Any]]:
    source = str(model) if isinstance(model, Path) else model.SerializeToString()
    session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: feed}), strict=True))


def source_scores(model: onnx.ModelProto, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Softmax of the source graph's answer, picture by picture, since its batch may be fixed."""
    rows = np.concatenate([run(model, normalised(picture[None]))["output"] for picture in pictures]).astype(np.float64)
    if model.graph.node[-1].op_type == "Softmax":
        return rows
    return softmax(rows)


def softmax(rows: NDArray[Any]) -> NDArray[np.float64]:
    powers = np.exp(rows.astype(np.float64) - rows.max(axis=1, keepdims=True))
    scores: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return scores


@pytest.mark.parametrize("name", TEMPLATES)
def test_exact_heads_keep_scores_and_add_up(name: str, tmp_path: Path) -> None:
    tail, constants = TEMPLATES[name]
    model = classifier(tail, constants)
    before = model.SerializeToString()
    contract = adopt(model, tmp_path / "m.onnx", OPTIONS)
    assert model.SerializeToString() == before
    assert contract.maps is MapKind.EXACT

    pictures = images(3)
    out = run(tmp_path / "m.onnx", pictures)
    np.testing.assert_allclose(softmax(out["logits"]), source_scores(model, pictures), atol=2e-6)
    assert not np.allclose(out["logits"].sum(axis=1), 1, atol=1e-3)  # logits, not probabilities
    np.testing.assert_allclose(out["embedding"], out["features"].mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)
    ledger = out["evidence"].sum(axis=(2, 3)) + out["head_bias"][out["top_classes"]]
    np.testing.assert_allclose(ledger, np.take_along_axis(out["logits"], out["top_classes"], 1), rtol=1e-5, atol=1e-5)
    cells = np.einsum("ntk,nkhw->nthw", out["head_weight"][out["top_classes"]], out["features"]) / 64
    np.testing.assert_allclose(out["evidence"], cells, rtol=1e-4, atol=1e-6)
    assert np.abs(out["evidence"]).max() > 1e-3


def test_any_batch_and_size_although_the_source_was_fixed(tmp_path: Path) -> None:
    adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", OPTIONS)
    out = run(tmp_path / "m.onnx", images(5, 24, 40))
    assert out["logits"].shape == (5, CLASSES)
    assert out["features"].shape == (5, CHANNELS, 12, 20)
    assert out["evidence"].shape == (5, 5, 12, 20)


def test_two_classes_have_two_maps(tmp_path: Path) -> None:
    model = classifier(
        [*GAP_FLATTEN, node("Gemm", "f two", "output", transB=1)], {"two": W["head"][:2]}, output_shape=(1, 2)
    )
    adopt(model, tmp_path / "m.onnx", OPTIONS)
    out = run(tmp_path / "m.onnx", images(1))
    assert out["evidence"].shape == (1, 2, 8, 8)


def test_hidden_layers_are_called_approximate(tmp_path: Path) -> None:
    model = classifier(HIDDEN)
    contract = adopt(model, tmp_path / "m.onnx", OPTIONS)
    assert contract.maps is MapKind.APPROXIMATE
    pictures = images(3, SIDE, SIDE)
    out = run(tmp_path / "m.onnx", pictures)
    assert "head_weight" not in out
    np.testing.assert_allclose(softmax(out["logits"]), source_scores(model, pictures), atol=1e-6)
    # Each cell's evidence is (head(cell) - head(0)) / cells.
    cells = out["features"].transpose(0, 2, 3, 1)

    def head(x: NDArray[Any]) -> NDArray[Any]:
        result: NDArray[Any] = np.maximum(x @ W["hidden"], 0) @ W["head"].T + W["bias"]
        return result

    shares = (head(cells) - head(np.zeros(CHANNELS))) / 64
    chosen = np.take_along_axis(shares, out["top_classes"][:, None, None, :], axis=3).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(out["evidence"], chosen, rtol=1e-4, atol=1e-5)
    assert contract.problems_with({name: value.shape for name, value in out.items()}) == ()


def test_a_hidden_head_of_one_straight_line_is_exact_evidence(tmp_path: Path) -> None:
    # Two linear layers without a kink in between are one; the approximate evidence then adds up.
    straight = [*GAP_FLATTEN, node("Gemm", "f hidden", "h"), node("Gemm", "h head bias", "output", transB=1)]
    contract = adopt(classifier(straight), tmp_path / "m.onnx", OPTIONS)
    assert contract.maps is MapKind.APPROXIMATE
    out = run(tmp_path / "m.onnx", images(2))
    ledger = out["evidence"].sum(axis=(2, 3)) + W["bias"][out["top_classes"]]
    np.testing.assert_allclose(ledger, np.take_along_axis(out["logits"], out["top_classes"], 1), rtol=1e-4, atol=1e-4)


def test_no_pooling_is_no_map(tmp_path: Path) -> None:
    flat = np.random.default_rng(3).normal(size=(CLASSES, CHANNELS * 64)).astype(np.float32)
    model = classifier(
        [node("Reshape", "maps shape", "f"), node("Gemm", "f flat", "output", transB=1)],
        {"flat": flat, "shape": ints(1, -1)},
    )
    contract = adopt(model, tmp_path / "m.onnx", OPTIONS)
    assert contract.maps is MapKind.NONE
    pictures = images(3)
    out = run(tmp_path / "m.onnx", pictures)
    assert set(out) == {"logits", "top_classes"}
    np.testing.assert_allclose(softmax(out["logits"]), source_scores(model, pictures), atol=1e-6)
    with pytest.raises(ModelLoadError, match="takes 16 x 16 pixels only, not the 20"):
        adopt(model, tmp_path / "n.onnx", replace(OPTIONS, preprocessing=Preprocessing(20, 20)))


def test_max_pooling_is_no_average_pooling(tmp_path: Path) -> None:
    tail = [
        node("GlobalMaxPool", "maps", "p"),
        node("Flatten", "p", "f"),
        node("Gemm", "f head bias", "output", transB=1),
    ]
    assert adopt(classifier(tail), tmp_path / "m.onnx", OPTIONS).maps is MapKind.NONE


def test_average_pooling_over_a_part_is_no_map(tmp_path: Path) -> None:
    tail = [
        node("AveragePool", "maps", "p", kernel_shape=[4, 4], strides=[4, 4]),
        node("Flatten", "p", "f"),
        node("Gemm", "f wide bias", "output", transB=1),
    ]
    wide = np.ones((CLASSES, CHANNELS * 4), np.float32)
    assert adopt(classifier(tail, {"wide": wide}), tmp_path / "m.onnx", OPTIONS).maps is MapKind.NONE


def test_a_squeeze_and_excitation_branch_is_not_taken_for_the_last_pooling(tmp_path: Path) -> None:
    tail = [
        node("GlobalAveragePool", "maps", "s"),
        node("Sigmoid", "s", "gate"),
        node("Mul", "maps gate", "gated"),
        node("GlobalAveragePool", "gated", "p"),
        node("Flatten", "p", "f"),
        node("Gemm", "f head bias", "output", transB=1),
    ]
    model = classifier(tail)
    assert adopt(model, tmp_path / "m.onnx", OPTIONS).maps is MapKind.EXACT
    pictures = images(2)
    out = run(tmp_path / "m.onnx", pictures)
    np.testing.assert_allclose(softmax(out["logits"]), source_scores(model, pictures), atol=1e-6)


def test_pooling_beside_the_main_path_is_no_map(tmp_path: Path) -> None:
    tail = [
        node("GlobalAveragePool", "maps", "s"),
        node("Sigmoid", "s", "gate"),
        node("Mul", "maps gate", "gated"),
        node("GlobalMaxPool", "gated", "p"),
        node("Flatten", "p", "f"),
        node("Gemm", "f head bias", "output", transB=1),
    ]
    assert adopt(classifier(tail), tmp_path / "m.onnx", OPTIONS).maps is MapKind.NONE


def test_features_that_are_regrouped_before_the_head_are_not_exact(tmp_path: Path) -> None:
    tail = [
        node("GlobalAveragePool", "maps", "p"),
        node("Reshape", "p pairs", "f"),
        node("Gemm", "f narrow bias", "output", transB=1),
    ]
    model = classifier(tail, {"pairs": ints(-1, 4), "narrow": W["head"][:, :4].copy()}, output_shape=(2, CLASSES))
    assert adopt(model, tmp_path / "m.onnx", OPTIONS).maps is not MapKind.EXACT


@pytest.mark.parametrize("element_type", [TensorProto.FLOAT, TensorProto.UINT8])
def test_channels_last_input(element_type: int, tmp_path: Path) -> None:
    front = [
        node("Cast", "input", "i", to=TensorProto.FLOAT),
        node("Transpose", "i", "j", perm=[0, 3, 1, 2]),
        node("Conv", "j conv", "c", strides=[2, 2], pads=[1, 1, 1, 1]),
    ]
    model = classifier(
        TEMPLATES["gemm"][0],
        front=front,
        input_shape=("N", SIDE, SIDE, 3),
        input_type=element_type,
        output_shape=("N", CLASSES),
    )
    contract = adopt(model, tmp_path / "m.onnx", AdoptOptions("bytes"))
    pictures = images(2)
    feed = pictures if element_type == TensorProto.UINT8 else normalised(pictures).transpose(0, 2, 3, 1)
    expected = run(model, np.ascontiguousarray(feed))["output"]
    np.testing.assert_allclose(run(tmp_path / "m.onnx", pictures)["logits"], expected, rtol=1e-4, atol=1e-4)
    assert contract.preprocessing.assumed
    assert contract.preprocessing.mean == ((0, 0, 0) if element_type == TensorProto.UINT8 else PREPROCESSING.mean)


def test_half_precision_is_answered_in_float32(tmp_path: Path) -> None:
    half = onnx.ModelProto()
    half.CopyFrom(classifier(TEMPLATES["gemm"][0], input_type=TensorProto.FLOAT16))
    for tensor in half.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    half.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    assert adopt(half, tmp_path / "m.onnx", OPTIONS).maps is MapKind.EXACT
    out = run(tmp_path / "m.onnx", images(2))
    assert {out[name].dtype for name in ("logits", "features", "evidence", "head_weight")} == {np.dtype(np.float32)}
    expected = run(classifier(TEMPLATES["gemm"][0]), normalised(images(2)[:1]))["output"]
    np.testing.assert_allclose(out["logits"][:1], expected, rtol=2e-2, atol=2e-2)


def test_old_opset_with_weights_as_inputs(tmp_path: Path) -> None:
    model = classifier(TEMPLATES["gemm"][0], opset=9)
    model.ir_version = 3
    for tensor in model.graph.initializer:
        model.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    contract = adopt(model, tmp_path / "m.onnx", OPTIONS)
    assert contract.maps is MapKind.EXACT
    expected = run(classifier(TEMPLATES["gemm"][0]), normalised(images(1)))["output"]
    np.testing.assert_allclose(run(tmp_path / "m.onnx", images(1))["logits"], expected, rtol=1e-5, atol=1e-5)


def test_names_of_the_contract_in_the_source_do_not_collide(tmp_path: Path) -> None:
    tail = [
        node("GlobalAveragePool", "maps", "logits"),
        node("Flatten", "logits", "features"),
        node("Gemm", "features head bias", "images", transB=1),
        node("Identity", "images", "output"),
    ]
    adopt(classifier(tail), tmp_path / "m.onnx", OPTIONS)
    expected = run(classifier(TEMPLATES["gemm"][0]), normalised(images(1)))["output"]
    np.testing.assert_allclose(run(tmp_path / "m.onnx", images(1))["logits"], expected, rtol=1e-5, atol=1e-5)


def test_what_is_unknown_is_assumed_and_said(tmp_path: Path) -> None:
    contract = adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", AdoptOptions("stranger"))
    assert contract.preprocessing == Preprocessing(18, SIDE, assumed=True)
    assert [label.name for label in contract.labels] == [f"class {index}" for index in range(CLASSES)]
    free = classifier(TEMPLATES["gemm"][0], input_shape=("N", 3, "H", "W"), output_shape=("N", CLASSES))
    assert adopt(free, tmp_path / "m.onnx", AdoptOptions("free")).preprocessing == Preprocessing(256, 224, assumed=True)


def test_labels_in_the_metadata_are_taken(tmp_path: Path) -> None:
    model = classifier(TEMPLATES["gemm"][0])
    onnx.helper.set_model_props(model, {"names": str(dict(enumerate("abcdef")))})
    assert [label.name for label in adopt(model, tmp_path / "m.onnx", OPTIONS).labels] == list("abcdef")


def test_another_number_of_labels_is_refused(tmp_path: Path) -> None:
    options = replace(OPTIONS, labels=(Label("one"), Label("two")))
    with pytest.raises(ModelContractError, match="gives 6 scores, but the class list has 2 names"):
        adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", options)
    assert not (tmp_path / "m.onnx").exists()


@pytest.mark.parametrize(
    "rule",
    [
        Preprocessing(8, 16),
        Preprocessing(16, 0),
        replace(PREPROCESSING, std=(0.2, 0.0, 0.2)),
        replace(PREPROCESSING, mean=(float("nan"), 0, 0)),
    ],
)
def test_impossible_preprocessing_is_refused(rule: Preprocessing, tmp_path: Path) -> None:
    with pytest.raises(ModelContractError):
        adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", replace(OPTIONS, preprocessing=rule))


def test_the_written_contract_is_the_returned_one(tmp_path: Path) -> None:
    contract = adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", OPTIONS)
    assert read_contract(read_metadata(tmp_path / "m.onnx"), "") == contract


def test_a_model_with_a_contract_is_renamed_not_rebuilt(tmp_path: Path) -> None:
    first = adopt(classifier(TEMPLATES["gemm"][0]), tmp_path / "m.onnx", replace(OPTIONS, evidence_scale=0.25))
    second = adopt_file(tmp_path / "m.onnx", tmp_path / "n.onnx", ModelRequest("other", "Other"))
    assert second == replace(first, name="other", title="Other")
    pictures = images(2)
    before, after = run(tmp_path / "m.onnx", pictures), run(tmp_path / "n.onnx", pictures)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    with pytest.raises(ModelContractError, match="inside the graph"):
        adopt_file(tmp_path / "m.onnx", tmp_path / "n.onnx", ModelRequest("other", mean=(0.5, 0.5, 0.5)))


def test_traces_of_the_exporting_machine_are_not_carried_over(tmp_path: Path) -> None:
    model = classifier(TEMPLATES["gemm"][0])
    model.graph.node[0].doc_string = "SECRET-PLACE"
    entry = model.graph.node[0].metadata_props.add()
    entry.key, entry.value = "stack_trace", "SECRET-PLACE"
    model.graph.initializer[0].doc_string = "SECRET-PLACE"
    adopt(model, tmp_path / "m.onnx", OPTIONS)
    assert b"SECRET-PLACE" not in (tmp_path / "m.onnx").read_bytes()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            classifier(
                TEMPLATES["gemm"][0],
                input_shape=(1, 1, 16, 16),
                front=[
                    node("Expand", "input shape", "e"),
                    node("Conv", "e conv", "c", strides=[2, 2], pads=[1, 1, 1, 1]),
                ],
                constants={"shape": ints(1, 3, 16, 16)},
            ),
            r"expects 1 x 1 x 16 x 16 input",
        ),
        (classifier(TEMPLATES["gemm"][0], input_shape=(1, 3, 16, 32)), "16 x 32 pixels; only squares"),
        (classifier([node("Identity", "maps", "output")], output_shape=(1, 8, 8, 8)), "is not class scores"),
        (
            classifier(
                [*TEMPLATES["gemm"][0][:-1], node("Gemm", "f head bias", "g", transB=1), node("Sigmoid", "g", "output")]
            ),
            "ends in a sigmoid",
        ),
        (
            classifier(
                [
                    *TEMPLATES["gemm"][0][:-1],
                    node("Gemm", "f head bias", "g", transB=1),
                    node("ArgMax", "g", "h", axis=1),
                    node("Cast", "h", "output", to=TensorProto.FLOAT),
                ],
                output_shape=(1, 1),
            ),
            "is not class scores",
        ),
    ],
    ids=["grey", "oblong", "segmentation", "several labels", "class number only"],
)
def test_graphs_that_are_no_classifiers_of_an_rgb_square(model: onnx.ModelProto, words: str, tmp_path: Path) -> None:
    with pytest.raises((ModelLoadError, ModelContractError), match=words):
        adopt(model, tmp_path / "m.onnx", AdoptOptions("stranger"))
    assert not (tmp_path / "m.onnx").exists()
