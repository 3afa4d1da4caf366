"""`main.py explain`: the evidence for one class in one picture, as a picture, as numbers, or in words."""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from inference.arrays import RgbImage
from inference.attention.picture import Caption, as_png, picture_with_map
from inference.classify.classifier import RunsNetwork
from inference.classify.opening import open_classifier
from inference.classify.preprocess import PrepareOrder, prepare_picture, view_picture
from inference.commands.explanation import Explanation, Method, Question, explain, in_words
from inference.commands.options import add_model_options
from inference.commands.overlays import LONGEST_SIDE
from inference.commands.targets import inputs_of, require_map_target, require_numbers_target
from inference.commands.terminal import EXIT_NOTHING_DONE, EXIT_SOME_FAILED, put_line, say
from inference.errors import CardinalError, ImageReadError, OutputWriteError
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile
from inference.results import Classification, Failure

_PICTURE = ".png"
_NUMBERS = ".npy"


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
        say(f"{arguments.image}: {error}")
        return EXIT_SOME_FAILED
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE


def _explain(arguments: argparse.Namespace, profile: Profile) -> int:
    output = _checked_output(arguments)
    question = Question(arguments.subject, arguments.against, Method(arguments.method))
    classifier = open_classifier(arguments.model, arguments.device, profile, batch_size=1)
    network = classifier.network
    try:
        with DecodePool.open(workers=1) as pool:
            picture = pool.submit(
                prepare_picture, arguments.image, PrepareOrder(network.contract.preprocessing)
            ).result()
            answer = classifier.classify([arguments.image], [picture], inspect=True)[0]
            if isinstance(answer.outcome, Failure):
                raise answer.outcome.error
            explanation = explain(question, network.contract, network.head, answer)
            if output is not None and output.suffix.lower() == _PICTURE:
                pixels = pool.submit(view_picture, arguments.image, LONGEST_SIDE).result().pixels
                _write_png(output, pixels, explanation, network.contract, answer.outcome)
        if output is not None and output.suffix.lower() == _NUMBERS:
            _write_npy(output, explanation, network, answer.outcome)
        for line in in_words(explanation, answer.outcome):
            put_line(line)
    finally:
        network.close()
    return 0


def _checked_output(arguments: argparse.Namespace) -> Path | None:
    """Where the map goes.

    Raises:
        OutputWriteError: the name has another suffix than those that are known, or something would be lost there.
    """
    if arguments.output is None:
        return None
    output = Path(arguments.output)
    inputs = inputs_of([arguments.image], arguments.model)
    if output.suffix.lower() == _PICTURE:
        require_map_target(output, inputs)
    elif output.suffix.lower() == _NUMBERS:
        require_numbers_target(output, inputs)
    else:
        raise OutputWriteError(str(output), f"the name must end in {_PICTURE} or {_NUMBERS}.")
    return output


def _write_png(
    output: Path,
    pixels: RgbImage,
    explanation: Explanation,
    contract: ModelContract,
    classification: Classification,
) -> None:
    scale = contract.evidence_scale or float(np.abs(explanation.contributions).max()) or 1.0
    size = (classification.facts.width, classification.facts.height)
    caption = Caption(explanation.subject, scale, contract.title)
    drawn = picture_with_map(pixels, explanation.contributions, classification.crop, size, caption)
    with replacing(output) as file:
        file.write(as_png(drawn))


def _write_npy(output: Path, explanation: Explanation, network: RunsNetwork, classification: Classification) -> None:
    """The grid as NPY and beside it a JSON file that says what it is."""
    buffer = io.BytesIO()
    np.save(buffer, explanation.contributions)
    labels = network.contract.labels
    manifest = {
        "path": classification.path,
        "class": {"index": explanation.class_index, "label": labels[explanation.class_index].name},
        "against": None
        if explanation.against_index is None
        else {"index": explanation.against_index, "label": labels[explanation.against_index].name},
        "method": explanation.method.value,
        "maps": network.contract.maps.value,
        # Whether the grid holds 0 where the cells speak against the class; the four numbers are of the signed map.
        "rectified": explanation.method is Method.GRAD_CAM,
        "unit": "logits",
        "supporting": explanation.supporting,
        "opposing": explanation.opposing,
        "bias": explanation.bias,
        "logit": explanation.logit,
        "crop": asdict(classification.crop),
        "width": classification.facts.width,
        "height": classification.facts.height,
        "model": classification.model,
        "model_sha256": network.model_hash,
        "device": classification.device,
        "precision": classification.precision,
    }
    with replacing(output) as file:
        file.write(buffer.getvalue())
    with replacing(output.with_suffix(".json")) as file:
        file.write((json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode())
