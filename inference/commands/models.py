"""`main.py models`: list, fetch, add, quantize, describe and remove models."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from inference.commands.quantize import add_verb, describe_quantization, quantize
from inference.commands.terminal import EXIT_NOTHING_DONE, is_terminal, put_line, say
from inference.errors import CardinalError, ModelContractError, ModelLoadError
from inference.models.catalog import ModelFile, default_model_name, find_installed, find_model, list_models
from inference.models.contract import MapKind
from inference.models.install import install_file, install_official, name_for, remove_model
from inference.models.official import OFFICIAL, find_weights
from inference.models.progress import OnProgress, Progress
from inference.models.request import ModelRequest, add_description_arguments
from inference.profile import Profile

_MAP_WORDS = {
    MapKind.EXACT: "exact: one linear layer after average pooling",
    MapKind.APPROXIMATE: "approximate: it has hidden layers after pooling",
    MapKind.NONE: "none: it has no feature output",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser("models", help="list, fetch, add, quantize, describe and remove models")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="models that can be used, and official ones that can be fetched")
    get = verbs.add_parser("get", help="fetch an official model")
    get.add_argument("name", metavar="NAME", help=", ".join(dict.fromkeys(row.network for row in OFFICIAL)))
    get.add_argument("--version", choices=["V1", "V2"], default="", help="of the weights (default: the newest)")
    get.add_argument("--from", dest="file", type=Path, metavar="FILE", help="take the weights from this file")
    add = verbs.add_parser("add", help="add an .onnx classifier, or weights of a ResNeXt (.pth, .safetensors)")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--name", default="", help="by which it will be asked for (default: the file's)")
    add.add_argument("--replace", action="store_true", help="take the place of an added model of the same name")
    add_description_arguments(add)
    add_verb(verbs)
    for verb, words in (("info", "say everything about a model"), ("remove", "delete an added or fetched model")):
        verbs.add_parser(verb, help=words).add_argument("name", metavar="NAME")


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8."""
    verbs: dict[str, Callable[[argparse.Namespace, Profile], int | None]] = {
        "list": _list,
        "get": _get,
        "add": _add,
        "quantize": _quantize,
        "info": _info,
        "remove": _remove,
    }
    try:
        return verbs[arguments.verb](arguments, profile) or 0
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE


def _list(_arguments: argparse.Namespace, profile: Profile) -> None:
    catalog = list_models(profile)
    default = default_model_name(profile)
    for model in catalog.models:
        marks = ["built in"] if model.built_in else []
        marks += ["default"] if model.name == default else []
        note = f" ({', '.join(marks)})" if marks else ""
        put_line(f"{model.name:34} {len(model.contract.labels):>6,} classes  {model.contract.title}{note}")
    for broken in catalog.broken:
        put_line(f"{broken.name:34} cannot be used: {_reason(broken.error)}")
    installed = {model.name for model in catalog.models}
    for weights in OFFICIAL:
        if weights.name not in installed:
            put_line(
                f"{weights.name:34}  1,000 classes  {weights.title} (not installed: "
                f"models get {weights.network} --version {weights.version}, {weights.size_mb} MB)"
            )


def _reason(error: CardinalError) -> str:
    """What is wrong with a model, without saying again which one and that it cannot be used."""
    match error:
        case ModelContractError():
            return " ".join(error.problems)
        case ModelLoadError():
            return error.reason
    return str(error)


def _get(arguments: argparse.Namespace, profile: Profile) -> None:
    weights = find_weights(arguments.name, arguments.version)
    with _progress_bars() as on_progress:
        model = install_official(weights, profile, file=arguments.file, on_progress=on_progress)
    _say_installed(model)


def _add(arguments: argparse.Namespace, profile: Profile) -> None:
    request = ModelRequest(
        name=arguments.name or name_for(arguments.file),
        labels=None if arguments.labels is None else arguments.labels.absolute(),
        mean=arguments.mean,
        std=arguments.std,
        resize=arguments.resize,
        crop=arguments.crop,
    )
    with _progress_bars() as on_progress:
        model = install_file(arguments.file, request, profile, replace=arguments.replace, on_progress=on_progress)
    _say_installed(model)
    if model.contract.preprocessing.assumed:
        say(
            f"{arguments.file} does not say how images must be prepared; the usual numbers are assumed "
            "(--mean, --std, --resize and --crop replace them)."
        )


def _quantize(arguments: argparse.Namespace, profile: Profile) -> int:
    with _progress_bars() as on_progress:
        return quantize(arguments, profile, on_progress)


def _info(arguments: argparse.Namespace, profile: Profile) -> None:
    model = find_model(arguments.name, profile, try_out=False)
    for name, value in describe(model):
        put_line(f"{name:14} {value}")


def _remove(arguments: argparse.Namespace, profile: Profile) -> None:
    # By name only: a path leads to somebody's own file.
    model = find_installed(arguments.name, profile)
    remove_model(model)
    put_line(f"Removed {model.name}.")


def describe(model: ModelFile) -> Iterator[tuple[str, str]]:
    """Everything that a person may want to know about a model, as name and value."""
    contract = model.contract
    rule = contract.preprocessing
    yield "name", model.name
    yield "title", contract.title
    yield "file", f"{model.path} ({model.path.stat().st_size:,} bytes)"
    yield "classes", f"{len(contract.labels):,} ({', '.join(label.name for label in contract.labels[:5])} ...)"
    assumed = "; assumed, since the file does not say" if rule.assumed else ""
    yield "images", f"shorter side to {rule.resize}, centre square of {rule.crop} pixels, {rule.interpolation}{assumed}"
    yield "mean, std", f"{_numbers(rule.mean)}; {_numbers(rule.std)}"
    yield "maps", _MAP_WORDS[contract.maps]
    if contract.evidence_scale is not None:
        yield "map scale", f"+-{contract.evidence_scale:g} logits for each cell"
    if contract.architecture is not None:
        parts = contract.architecture
        yield (
            "architecture",
            f"{parts.family}, depths {'-'.join(map(str, parts.depths)) or '?'}, cardinality {parts.cardinality}, "
            f"bottleneck width {parts.bottleneck_width}; {parts.parameters:,} parameters, {parts.gmacs:g} GMACs",
        )
    for row in contract.measured:
        yield "measured", f"top-1 {row.top1:.2%}, top-5 {row.top5:.2%} ({row.dataset}{row.date and ', '}{row.date})"
    if contract.torch_difference is not None:
        yield "equality", f"differs from PyTorch by {contract.torch_difference:.1e} of the largest logit"
    if contract.source is not None:
        for name, value in (("source", contract.source.url), ("sha-256", contract.source.sha256)):
            if value:
                yield name, value
        yield "licence", contract.source.licence or "unknown"
    yield from describe_quantization(model.path)


def _numbers(values: tuple[float, float, float]) -> str:
    return " ".join(f"{value:g}" for value in values)


@contextlib.contextmanager
def _progress_bars() -> Iterator[OnProgress]:
    """One bar on standard error for each step that counts bytes, a line for each other one; only on a terminal."""
    bar: tqdm[None] | None = None
    shown = ""

    def show(progress: Progress) -> None:
        nonlocal bar, shown
        if not is_terminal(sys.stderr):
            return
        if progress.step != shown:
            if bar is not None:
                bar.close()
                bar = None
            shown = progress.step
            if progress.unit == "B":
                tqdm.monitor_interval = 0
                bar = tqdm(desc=progress.step, total=progress.total, unit="B", unit_scale=True)
            else:
                sys.stderr.write(f"{progress.step} ...\n")
        if bar is not None:
            bar.update(progress.done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def _say_installed(model: ModelFile) -> None:
    put_line(f"Installed {model.name}: {len(model.contract.labels):,} classes, maps {model.contract.maps}.")
