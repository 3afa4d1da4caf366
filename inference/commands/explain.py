"""`main.py explain`: the evidence for one class in one picture, as a picture, as numbers, or in words."""

from __future__ import annotations

import argparse
import io
import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from PIL import Image

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.evidence import Ledger, evidence_map, is_flat, is_valid, ledger, place_in_words
from inference.attention.grad_cam import grad_cam
from inference.attention.picture import Caption, MapStyle, picture_with_map
from inference.classify.classifier import Classifier, Inspection
from inference.classify.opening import open_classifier
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture, view_picture
from inference.commands.options import add_model_options
from inference.commands.overlays import LONGEST_SIDE, png_bytes
from inference.commands.rows import percent
from inference.errors import CardinalError, ImageProblem, ImageReadError, OutputWriteError, UnknownClassError
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile
from inference.results import Classification, Failure

EXIT_NOT_READ = 1
EXIT_NOTHING_DONE = 2


class Method(StrEnum):
    """Which map is made."""

    EVIDENCE = "evidence"
    GRAD_CAM = "grad-cam"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One map of one picture and what it adds up to.

    Attributes:
        contributions: (h, w) float32 in logits; rectified for Grad-CAM.
        account: the ledger of the signed map.
        subject: the class in words.
        class_index: the class.
        against_index: the class that it is compared with, or None.
    """

    contributions: EvidenceMap
    account: Ledger
    subject: str
    class_index: int
    against_index: int | None


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser("explain", help="show where the evidence for one class lies in one picture")
    parser.add_argument("image", metavar="IMAGE")
    add_model_options(parser)
    parser.add_argument("--class", dest="subject", metavar="C", help="number, name or WordNet id (default: the first)")
    parser.add_argument("--against", metavar="D", help="show what speaks for C rather than D")
    parser.add_argument("--method", choices=[method.value for method in Method], default=Method.EVIDENCE.value)
    parser.add_argument("--output", metavar="PNG|NPY", help="x.png: the picture with the map; x.npy: the numbers")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    try:
        return _explain(arguments, profile)
    except ImageReadError as error:
        sys.stderr.write(f"{arguments.image}: {error}\n")
        return EXIT_NOT_READ
    except CardinalError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NOTHING_DONE


def _explain(arguments: argparse.Namespace, profile: Profile) -> int:
    output = None if arguments.output is None else Path(arguments.output)
    if output is not None and output.suffix.lower() not in {".png", ".npy"}:
        raise OutputWriteError(str(output), "the name must end in .png or .npy.")
    classifier = open_classifier(arguments.model, arguments.device, profile, batch_size=1)
    try:
        with DecodePool.open(workers=1) as pool:
            order = PrepareOrder(classifier.network.contract.preprocessing)
            picture = pool.submit(prepare_picture, arguments.image, order).result()
            classification, inspection = _inspect(classifier, arguments.image, picture)
            explanation = _explanation(arguments, classifier, classification, inspection)
            if output is not None and output.suffix.lower() == ".png":
                pixels = pool.submit(view_picture, arguments.image, LONGEST_SIDE).result().pixels
                _write_png(output, pixels, explanation, classifier.network.contract, classification)
        if output is not None and output.suffix.lower() == ".npy":
            _write_npy(output, explanation, classifier, classification, arguments.method)
        sys.stdout.write(_in_words(explanation, classification))
    finally:
        classifier.network.close()
    return 0


def _inspect(classifier: Classifier, path: str, picture: PreparedPicture) -> tuple[Classification, Inspection]:
    answer = classifier.classify([path], [picture], inspect=True)[0]
    if isinstance(answer.outcome, Failure):
        raise answer.outcome.error
    if answer.inspection is None or answer.inspection.features is None:
        raise OutputWriteError("The map", "the model has no maps: no pooling was found in it.")
    return answer.outcome, answer.inspection


def _explanation(
    arguments: argparse.Namespace, classifier: Classifier, classification: Classification, inspection: Inspection
) -> Explanation:
    contract, head = classifier.network.contract, classifier.network.head
    if inspection.features is None or head is None:
        raise OutputWriteError("The map", "the model has no maps: no pooling was found in it.")
    index = (
        classification.predictions[0].index if arguments.subject is None else find_class(arguments.subject, contract)
    )
    weight, bias, subject = head.weight[index], float(head.bias[index]), contract.labels[index].name
    against = None
    if arguments.against is not None:
        against = find_class(arguments.against, contract)
        weight, bias = weight - head.weight[against], bias - float(head.bias[against])
        subject = f"{subject} rather than {contract.labels[against].name}"
    signed = evidence_map(inspection.features, weight)
    if not is_valid(signed):
        raise ImageReadError(arguments.image, ImageProblem.NO_VALID_NUMBERS)
    contributions = grad_cam(signed) if Method(arguments.method) is Method.GRAD_CAM else signed
    return Explanation(contributions, ledger(signed, bias), subject, index, against)


def find_class(name: str, contract: ModelContract) -> int:
    """The index of a class by number, WordNet id or name (case does not matter).

    Raises:
        UnknownClassError: no class is meant.
    """
    if name.isdecimal() and int(name) < len(contract.labels):
        return int(name)
    wanted = name.casefold()
    for index, label in enumerate(contract.labels):
        if wanted in {label.name.casefold(), (label.wordnet_id or "").casefold()}:
            return index
    raise UnknownClassError(name, contract.title)


def _in_words(explanation: Explanation, classification: Classification) -> str:
    account = explanation.account
    score = {one.index: one.probability for one in classification.predictions}.get(explanation.class_index)
    lines = [
        f"{explanation.subject}: {account.supporting:+.2f} for, {account.opposing:+.2f} against, "
        f"bias {account.bias:+.2f} = {account.logit:.2f} logits"
        + (f" ({percent(score)})" if score is not None and explanation.against_index is None else "")
    ]
    place = place_in_words(explanation.contributions)
    if not place:
        lines.append("The evidence is against this class.")
    elif is_flat(explanation.contributions):
        lines.append("The evidence is spread evenly; no area stands out.")
    else:
        lines.append(f"The evidence is strongest at the {place} of what the network saw.")
    return "\n".join(lines) + "\n"


def _write_png(
    output: Path,
    pixels: RgbImage,
    explanation: Explanation,
    contract: ModelContract,
    classification: Classification,
) -> None:
    scale = contract.evidence_scale or float(np.abs(explanation.contributions).max()) or 1.0
    size = (classification.facts.width, classification.facts.height)
    drawn = picture_with_map(
        pixels,
        explanation.contributions,
        classification.crop,
        size,
        Caption(explanation.subject, scale, contract.title),
        style=MapStyle.EVIDENCE,
    )
    with replacing(output) as file:
        file.write(png_bytes(Image.fromarray(drawn)))


def _write_npy(
    output: Path, explanation: Explanation, classifier: Classifier, classification: Classification, method: str
) -> None:
    """The grid as NPY and beside it a JSON file that says what it is."""
    buffer = io.BytesIO()
    np.save(buffer, explanation.contributions)
    labels = classifier.network.contract.labels
    manifest = {
        "path": classification.path,
        "class": {"index": explanation.class_index, "label": labels[explanation.class_index].name},
        "against": None
        if explanation.against_index is None
        else {"index": explanation.against_index, "label": labels[explanation.against_index].name},
        "method": method,
        "unit": "logits",
        "bias": explanation.account.bias,
        "logit": explanation.account.logit,
        "crop": asdict(classification.crop),
        "width": classification.facts.width,
        "height": classification.facts.height,
        "model": classification.model,
        "model_sha256": classifier.network.model_hash,
        "device": classification.device,
        "precision": classification.precision,
    }
    with replacing(output) as file:
        file.write(buffer.getvalue())
    with replacing(output.with_suffix(".json")) as file:
        file.write((json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode())
