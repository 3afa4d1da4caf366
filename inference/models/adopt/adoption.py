"""Make a model file that keeps the contract from a checked graph: new input, own head, evidence, metadata."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from inference.errors import ModelContractError, ModelLoadError, OutputWriteError
from inference.models.adopt import outputs
from inference.models.adopt.checks import prepare_graph, read_graph, type_name
from inference.models.adopt.graph import GraphView
from inference.models.adopt.head import channel_count, find_linear_head, find_pooling, has_sigmoid, strip_probabilities
from inference.models.adopt.trunk import ImageInput, Trunk, find_image_input
from inference.models.checksum import checksum_file
from inference.models.contract import (
    MAX_SIDE_PX,
    METADATA_KEY,
    Architecture,
    Label,
    MapKind,
    Measurement,
    ModelContract,
    Preprocessing,
    Source,
)
from inference.models.contract_reading import read_contract
from inference.models.labels import parse_labels
from inference.models.request import ModelRequest

USUAL_CROP = 224
USUAL_RESIZE = 256
"""What ImageNet classifiers expect when nobody says otherwise."""

_LABEL_KEYS = ("names", "labels", "classes", "class_names")


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """What the graph cannot say about itself.

    Attributes:
        name: by which the model will be asked for.
        title: what a person reads; the name when empty.
        labels: one for each class; None takes them from the file's metadata, or numbers them.
        preprocessing: how pictures become input; None assumes the usual ImageNet numbers and says so.
        evidence_scale: see `ModelContract`.
        architecture: see `ModelContract`.
        source: see `ModelContract`.
        measured: see `ModelContract`.
    """

    name: str
    title: str = ""
    labels: tuple[Label, ...] | None = None
    preprocessing: Preprocessing | None = None
    evidence_scale: float | None = None
    architecture: Architecture | None = None
    source: Source | None = None
    measured: tuple[Measurement, ...] = ()


def adopt_file(source: Path, target: Path, request: ModelRequest) -> ModelContract:
    """Read the classifier in `source`, which may be anybody's, and write `target`, which keeps the contract.

    A source that keeps the contract already is written with what the request says instead.

    Raises:
        ModelLoadError: if the source is refused.
        ModelContractError: if source and request contradict each other.
        OutputWriteError: if the target cannot be written.
    """
    model = read_graph(source)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    if METADATA_KEY in metadata:
        contract = _renewed(read_contract(metadata, str(source)), request, str(source))
        problems = contract.problems_with(outputs.shapes_of(model))
        if problems:
            raise ModelContractError(str(source), problems)
        write_model(model, target, contract)
        return contract
    usual = _usual_preprocessing(find_image_input(model, str(source)))
    options = AdoptOptions(request.name, request.title, request.read_labels(), request.preprocessing(usual))
    return adopt(model, target, options, path=str(source))


def _renewed(known: ModelContract, request: ModelRequest, path: str) -> ModelContract:
    if request.mean is not None or request.std is not None:
        raise ModelContractError(path, ("Its mean and std are inside the graph and cannot be replaced.",))
    return replace(
        known,
        name=request.name,
        title=request.title or known.title,
        labels=request.read_labels() or known.labels,
        preprocessing=request.preprocessing(known.preprocessing) or known.preprocessing,
    )


def adopt(model: onnx.ModelProto, target: Path, options: AdoptOptions, *, path: str = "") -> ModelContract:
    """Write `target` from the classifier `model` (named `path` in messages), which is not changed.

    Raises:
        ModelLoadError: if the graph is not a classifier of one RGB image.
        ModelContractError: if graph and options contradict each other.
        OutputWriteError: if the target cannot be written.
    """
    path = path or options.name
    model = prepare_graph(model, path)
    view = GraphView.of(model)
    image = find_image_input(model, path)
    scores = _score_output(model, view, path)
    logits = strip_probabilities(view, scores)
    classes = _class_count(view, scores, logits, path)
    labels = _labels(model, options, classes, path)
    preprocessing = _preprocessing(image, options, path)
    trunk = Trunk(view, image, path)

    head = find_linear_head(view, logits)
    pooling = None if head is not None else find_pooling(view, logits, image.name)
    if head is not None and len(head.weight) == classes:
        maps = MapKind.EXACT
        graph = outputs.exact_graph(trunk, head, preprocessing)
    elif pooling is not None and (channels := channel_count(view, pooling)) is not None:
        maps = MapKind.APPROXIMATE
        graph = outputs.approximate_graph(trunk, pooling, channels, logits, classes, preprocessing)
    else:
        maps = MapKind.NONE
        graph = outputs.plain_graph(trunk, logits, classes, preprocessing)
    contract = ModelContract(
        name=options.name,
        title=options.title or options.name,
        labels=labels,
        preprocessing=preprocessing,
        maps=maps,
        evidence_scale=options.evidence_scale,
        architecture=options.architecture,
        source=options.source,
        measured=options.measured,
    )
    adopted = onnx.helper.make_model(
        graph, opset_imports=model.opset_import, ir_version=max(model.ir_version, 8), producer_name="cardinal"
    )
    try:
        onnx.checker.check_model(adopted)
    # The checker raises ValidationError, RuntimeError or ValueError, all from C++.
    except Exception as error:
        raise ModelLoadError(path, f"its graph could not be rebuilt ({str(error).splitlines()[0][:200]}).") from error
    write_model(adopted, target, contract)
    return contract


def write_model(model: onnx.ModelProto, target: Path, contract: ModelContract) -> None:
    """Write `model` with `contract` as its metadata.

    Raises:
        OutputWriteError: if the file cannot be written.
    """
    onnx.helper.set_model_props(model, {METADATA_KEY: contract.to_json()})
    try:
        # A checksum beside it would be that of the file before.
        checksum_file(target).unlink(missing_ok=True)
        onnx.save_model(model, target)
    except OSError as error:
        raise OutputWriteError(str(target), f"{error.strerror or error}.") from error


def replace_contract(path: Path, contract: ModelContract) -> None:
    """Give the model file `path` another contract.

    Raises:
        ModelLoadError: if the file cannot be read.
        OutputWriteError: if it cannot be written.
    """
    write_model(read_graph(path), path, contract)


def _score_output(model: onnx.ModelProto, view: GraphView, path: str) -> str:
    """The output that holds one score for each class."""
    names = [str(output.name) for output in model.graph.output]
    if len(names) > 1:
        flat = [name for name in names if len(view.shape(name) or ()) == 2]  # noqa: PLR2004 - (N, C)
        names = [name for name in flat if name in {"logits", "output", "scores"}] if len(flat) > 1 else flat
    if len(names) != 1:
        raise ModelLoadError(path, f"which of its {len(model.graph.output)} outputs holds the class scores is unclear.")
    element_type = view.element_type(names[0])
    if element_type not in outputs.FLOAT_TYPES:
        raise ModelLoadError(path, f"its scores are {type_name(element_type)}, not floating-point numbers.")
    if has_sigmoid(view, names[0]):
        raise ModelLoadError(path, "it scores each class on its own (it ends in a sigmoid), which is not supported.")
    return names[0]


def _class_count(view: GraphView, scores: str, logits: str, path: str) -> int:
    shapes = [shape for name in (scores, logits) if (shape := view.shape(name)) is not None]
    head = find_linear_head(view, logits)
    if head is not None:
        shapes.append((None, len(head.weight)))
    for shape in shapes:
        # (N, C), or (N, C, 1, 1) of a convolution that was never flattened.
        classes = shape[1] if len(shape) > 1 and all(size == 1 for size in shape[2:]) else None
        if classes is not None and classes > 1:
            return classes
    raise ModelLoadError(path, f"its output of shape {outputs.words(shapes[0] if shapes else ())} is not class scores.")


def _labels(model: onnx.ModelProto, options: AdoptOptions, classes: int, path: str) -> tuple[Label, ...]:
    labels = options.labels
    if labels is None:
        metadata = {entry.key.lower(): entry.value for entry in model.metadata_props}
        found = (parse_labels(metadata[key]) for key in _LABEL_KEYS if key in metadata)
        # A list of another length is not the class list of these scores, so it is not believed.
        labels = next((rows for rows in found if len(rows) == classes), None)
    if labels is None:
        return tuple(Label(f"class {index}") for index in range(classes))
    if len(labels) != classes:
        raise ModelContractError(path, (f"It gives {classes} scores, but the class list has {len(labels)} names.",))
    return labels


def _preprocessing(image: ImageInput, options: AdoptOptions, path: str) -> Preprocessing:
    if None not in (image.height, image.width) and image.height != image.width:
        raise ModelContractError(
            path, (f"It takes {image.height} x {image.width} pixels; only squares are supported.",)
        )
    rule = options.preprocessing or _usual_preprocessing(image)
    if max(rule.crop, rule.resize) > MAX_SIDE_PX:
        raise ModelContractError(path, (f"Images of more than {MAX_SIDE_PX:,} pixels a side are not supported.",))
    if not 1 <= rule.crop <= rule.resize:
        raise ModelContractError(path, (f"A crop of {rule.crop} pixels is not within {rule.resize} pixels.",))
    if not all(math.isfinite(value) for value in (*rule.mean, *rule.std)) or min(rule.std) <= 0:
        raise ModelContractError(path, ("Mean must be finite and standard deviation positive.",))
    return rule


def _usual_preprocessing(image: ImageInput) -> Preprocessing:
    """What most classifiers with such an input expect."""
    crop = image.height or image.width or USUAL_CROP
    resize = max(crop, min(MAX_SIDE_PX, round(crop * USUAL_RESIZE / USUAL_CROP)))
    if image.is_bytes:
        # The graph does its own scaling; there is nothing to normalise with.
        return Preprocessing(resize, crop, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), assumed=True)
    return Preprocessing(resize, crop, assumed=True)
