"""`main.py explain`: the evidence for a class in one picture, as a picture, numbers or words; or that of a folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inference.attention.finer import FACTORS
from inference.attention.masking import CellMask, Filling
from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.attention.region import Box
from inference.attention.runs import CopyRunner
from inference.classify.classifier import Classifier
from inference.classify.opening import open_classifier
from inference.classify.preprocess import view_picture
from inference.commands.explain_alone import ask_alone
from inference.commands.explain_checks import check_map, find_turning
from inference.commands.explain_files import (
    PICTURE,
    Drawing,
    checked_output,
    checked_region_output,
    write_numbers,
    write_picture,
)
from inference.commands.explain_folder import add_folder_options, is_about_folder, refuse, run_folder
from inference.commands.explain_hidden import find_hidden
from inference.commands.explain_region import chosen_region, find_region, parse_box, parse_region, save_region
from inference.commands.explain_stage import at_stage, opened_gradients, require_stage_method
from inference.commands.explain_views import View, look_at
from inference.commands.explain_words import in_words
from inference.commands.explanation import Explanation, Question, explain
from inference.commands.options import add_model_options
from inference.commands.overlays import LONGEST_SIDE
from inference.commands.terminal import EXIT_NOTHING_DONE, EXIT_SOME_FAILED, counting, put_line, say
from inference.errors import CardinalError, ImageReadError
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser("explain", help="show where the evidence for one class lies in one picture")
    parser.add_argument("images", nargs="*", metavar="IMAGE|FOLDER")
    add_model_options(parser)
    parser.add_argument("--class", dest="subject", metavar="C", help="number, name or WordNet id (default: the first)")
    parser.add_argument("--against", metavar="D", help="show what speaks for C rather than D")
    parser.add_argument("--relative", action="store_true", help="show what speaks for C rather than the average class")
    parser.add_argument("--method", choices=[method.value for method in Method], default=Method.EVIDENCE.value)
    parser.add_argument(
        "--stage", type=int, metavar="N", help="make the map at an earlier stage, with finer cells (1 is the first)"
    )
    parser.add_argument(
        "--region",
        type=parse_region,
        metavar="L,T,R,B|map",
        help="what this part of the picture says by itself (pixels; map: the fewest cells with half of the evidence)",
    )
    parser.add_argument(
        "--alone", action="store_true", help="of --region: cut it out and run the network on nothing else"
    )
    parser.add_argument(
        "--hide",
        action="append",
        type=parse_box,
        metavar="L,T,R,B",
        help="hide this part of the picture (pixels; may be repeated) and run again",
    )
    parser.add_argument(
        "--minimal-set", action="store_true", help="find the fewest cells that turn C against D or the runner-up"
    )
    parser.add_argument("--check", action="store_true", help="hide what the map calls strongest and run again")
    parser.add_argument(
        "--filling",
        choices=[filling.value for filling in Filling],
        default=Filling.BLUR.value,
        help="what hidden parts show, for --minimal-set, --check and --hide",
    )
    parser.add_argument("--finer", type=int, choices=FACTORS, default=1, help="look with an input so many times larger")
    parser.add_argument("--whole", action="store_true", help="look at the whole picture, not at the centre crop")
    parser.add_argument(
        "--output",
        metavar="PNG|NPY|DIR",
        help="x.png: the picture with the map; x.npy: the numbers; of --audit: a folder for mean maps and audit.csv",
    )
    parser.add_argument(
        "--mode",
        choices=[style.value for style in Style],
        default=Style.EVIDENCE.value,
        help="how x.png shows the map (default: evidence)",
    )
    parser.add_argument("--outline", action="store_true", help="draw lines over the colours of x.png, too")
    parser.add_argument(
        "--save-region",
        metavar="PNG|NPY|JSON|TXT",
        help="--region, or else the strongest cells, as a mask (PNG, NPY), COCO (JSON) or YOLO (TXT)",
    )
    add_folder_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    refused = refuse(arguments)
    if refused is not None:
        return refused
    try:
        return run_folder(arguments, profile) if is_about_folder(arguments) else _explain(arguments, profile)
    except ImageReadError as error:
        say(f"{error.path}: {error}")
        return EXIT_SOME_FAILED
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE


def _explain(arguments: argparse.Namespace, profile: Profile) -> int:
    (image,) = arguments.images
    drawing = Drawing(Style(arguments.mode), arguments.outline)
    output = checked_output(arguments.output, image, arguments.model, drawing)
    region_output = checked_region_output(arguments.save_region)
    question = Question(arguments.subject, arguments.against, Method(arguments.method), arguments.relative)
    if arguments.stage is not None:
        require_stage_method(question.method)
    classifier = open_classifier(arguments.model, arguments.device, profile, batch_size=1)
    try:
        with DecodePool.open(workers=1) as pool:
            view = look_at(image, classifier, pool, factor=arguments.finer, whole=arguments.whole)
            with _counted(classifier) as runner:
                explanation = explain(question, view.look, runner)
            if arguments.stage is not None:
                with opened_gradients(arguments.model, classifier, profile) as gradients:
                    explanation = at_stage(arguments.stage, explanation, view.look, gradients)
            lines = list(in_words(explanation, view.look.classification))
            lines += view.in_words()
            more: dict[str, Any] = {"view": view.as_fields()}
            region = chosen_region(arguments.region, explanation)
            if region is not None:
                alone_with = pool if arguments.alone else None
                more["region"] = _ask_region(region, explanation, view, classifier, alone_with, lines)
            more |= _ask_more(arguments, explanation, view, classifier, profile, lines)
            if region_output is not None:
                save_region(region_output, region, explanation, view.look, classifier.network.contract)
            if output is not None:
                _write(output, image, explanation, view, classifier, pool, drawing, more)
        for line in lines:
            put_line(line)
    finally:
        classifier.network.close()
    return 0


def _ask_region(
    region: Box | CellMask,
    explanation: Explanation,
    view: View,
    classifier: Classifier,
    pool: DecodePool | None,
    lines: list[str],
) -> dict[str, Any]:
    """What a region says by itself, and with a pool also cut out and run alone; words and manifest as `_ask_more`."""
    network = classifier.network
    found = find_region(region, explanation, view.look, network.contract, network.head)
    lines += found.in_words()
    if pool is None:
        return found.as_fields()
    alone = ask_alone(found.box, view.look, classifier, pool)
    lines += alone.in_words()
    return found.as_fields() | {"alone": alone.as_fields()}


def _ask_more(
    arguments: argparse.Namespace,
    explanation: Explanation,
    view: View,
    classifier: Classifier,
    profile: Profile,
    lines: list[str],
) -> dict[str, Any]:
    """What else was asked for: its sentences are added to `lines`; returns it for the manifest, by name."""
    network, filling = classifier.network, Filling(arguments.filling)
    more: dict[str, Any] = {}
    if arguments.hide is not None:
        hidden = find_hidden(arguments.hide, filling, explanation, view.look, CopyRunner(network))
        lines += hidden.in_words()
        more["hidden"] = hidden.as_fields()
    if arguments.minimal_set:
        turning = find_turning(explanation, view.look, CopyRunner(network), filling)
        lines += turning.in_words()
        more["minimal_set"] = turning.as_fields()
    if arguments.check:
        with _counted(classifier) as runner, opened_gradients(arguments.model, classifier, profile) as gradients:
            checked = check_map(explanation, view.look, runner, filling, gradients)
        lines += checked.in_words()
        more["check"] = checked.as_fields()
    return more


@contextmanager
def _counted(classifier: Classifier) -> Iterator[CopyRunner]:
    """Runs the network and shows on a terminal how far it is."""
    with counting("runs") as show:
        yield CopyRunner(classifier.network, on_progress=lambda done, _total: show(done))


def _write(
    output: Path,
    image: str,
    explanation: Explanation,
    view: View,
    classifier: Classifier,
    pool: DecodePool,
    drawing: Drawing,
    more: dict[str, Any],
) -> None:
    """Write the picture or the numbers, by the name's suffix."""
    network, classification = classifier.network, view.look.classification
    if output.suffix.lower() == PICTURE:
        pixels = pool.submit(view_picture, image, LONGEST_SIDE).result().pixels
        write_picture(output, pixels, explanation, network.contract, classification, scale=view.scale, drawing=drawing)
    else:
        write_numbers(output, explanation, network, classification, more)
