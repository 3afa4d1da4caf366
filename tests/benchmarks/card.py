"""Measure everything about a graphics card in one go: each way to run a model on it, PyTorch, the pipeline, agreement.

    python -m tests.benchmarks.card --labelled tiny-imagenet-val/ --output card.json

Begins nothing after `--minutes` (8); what there is no time for, or what cannot run, says so instead of a figure. Where
one command does not last long enough, several with the same `--profile` and `--output` do, each with some of the
`--parts`: what the trial found and what was measured stays. With `--device cpu --small` it goes through all the same
parts on a processor, which shows that the script works and nothing about any card.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from inference.bench.asking import MeasuringProcess
from inference.bench.card import CardWatch, card_state
from inference.bench.made_pictures import make_pictures
from inference.bench.orders import Setup
from inference.bench.record import Name
from inference.classify.opening import decode_workers
from inference.engine import machine, nvidia
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.opening import Model
from inference.engine.card.variant import PLAIN
from inference.engine.devices import Device
from inference.engine.network import hash_model
from inference.errors import ModelNotFoundError
from inference.models.catalog import find_model
from inference.models.install import install_file
from inference.models.request import ModelRequest
from inference.profile import BUILT_IN_MODELS, PROJECT_ROOT, Profile
from tests.benchmarks.card_memory import measure_halving
from tests.benchmarks.card_photos import jpeg_files
from tests.benchmarks.card_ratios import ratios
from tests.benchmarks.card_taken import TakenOfCard
from tests.benchmarks.card_trial import try_card
from tests.benchmarks.card_variants import CARDS, measure_agreement, measure_variants, variants_of

RANDOM = "resnext50-random"
"""The official shape with weights by chance, made on the spot."""

_PACKAGES = ("onnxruntime-gpu", "onnxruntime", "torch", "torchvision", "numpy", "pillow", "nvidia-cudnn-cu13")

PIPELINE, PARTS_OF_IT = "inference.bench.pipeline_runs", "inference.bench.program_runs"
"""The modules that run them, each in a process of its own."""

_TRIAL_SHARE = 0.4
"""Of the time; the rest belongs to what is measured with the variant that the trial has found by then."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured.

    Attributes:
        batch: pictures in a batch, for what does not search its own.
        photos: that are made, where none are given.
        pass_s: how long a rate is measured.
        compared: pictures of noise on which variants are compared.
        labelled: labelled pictures, at most.
        compiler: of PyTorch.
    """

    batch: int
    photos: int
    pass_s: float
    compared: int
    labelled: int
    compiler: str


FULL = Sizes(64, 256, 8.0, 256, 10_000, "inductor")
SMALL = Sizes(4, 8, 0.2, 16, 40, "eager")


@dataclass(slots=True)
class Course:
    """What is measured with, and what was found.

    Attributes:
        model: the model on the device.
        built_in: the built-in model on it, for agreement on labelled pictures.
        profile: of this benchmark alone.
        photos: a folder of JPEG files.
        labelled: a folder of folders named by WordNet ids, or None.
        sizes: how much is measured.
        deadline: on the clock of `time.monotonic`.
        found: by part.
    """

    model: Model
    built_in: Model
    profile: Profile
    photos: Path
    labelled: Path | None
    sizes: Sizes
    deadline: float
    found: dict[str, Any] = field(default_factory=dict)

    def has_time(self) -> bool:
        """Whether another measurement may begin."""
        return time.monotonic() < self.deadline

    def left_s(self) -> float:
        """Seconds until nothing begins any more."""
        return max(0.0, self.deadline - time.monotonic())

    def do(self, name: str, part: Callable[[Course], Any]) -> None:
        """Measure one part, or say why there is none; nothing that fails takes the others with it."""
        if not self.has_time():
            self.found[name] = {"not_measured": "no time was left"}
            return
        _tell(f"{name} ...")
        start = time.monotonic()
        try:
            self.found[name] = part(self)
        except Exception as error:  # noqa: BLE001 - whatever the card, its driver or PyTorch come up with
            _tell(traceback.format_exc())
            self.found[name] = {"not_measured": f"{type(error).__name__}: {error}"}
        _tell(f"{name}: {time.monotonic() - start:.1f} s")


def main(argv: list[str] | None = None) -> int:
    """Measure, write a table and, with `--output`, JSON; 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=[str(Device.CUDA), str(Device.TENSORRT), str(Device.CPU)])
    parser.add_argument("--model", default=RANDOM, help=f"an .onnx file with its contract, or {RANDOM}")
    parser.add_argument("--photos", type=Path, help="a folder of JPEG files (default: made from the samples)")
    parser.add_argument("--labelled", type=Path, help="folders of pictures, named by WordNet ids of the built-in model")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="only some of them")
    parser.add_argument("--profile", type=Path, help="a folder that stays, for parts that are measured one by one")
    parser.add_argument("--small", action="store_true", help="only go through all parts")
    parser.add_argument("--output", type=Path, help="a JSON file, written after each part")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="cardinal-card-") as folder:
        found = _measure(arguments, Path(folder))
    sys.stdout.write(table(found))
    return 0


def _measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    deadline = time.monotonic() + 60 * arguments.minutes
    device, profile = Device(arguments.device), Profile.below(arguments.profile or folder / "profile")
    sizes = SMALL if arguments.small else FULL
    photos = arguments.photos
    if photos is None:
        photos = folder / "photos"
        photos.mkdir()
        make_pictures(photos, count=sizes.photos)
    path = _random_model(folder, profile) if arguments.model == RANDOM else Path(arguments.model).absolute()
    course = Course(
        _on(path, device, profile),
        _on(next(BUILT_IN_MODELS.glob("*.onnx")), device, profile),
        profile,
        photos,
        arguments.labelled,
        sizes,
        deadline,
        _found_before(arguments.output),
    )
    for name in arguments.parts:
        course.do(name, PARTS[name])
        if arguments.output is not None:
            arguments.output.write_text(json.dumps(course.found, indent=1), encoding="utf-8")
    return course.found


def _found_before(output: Path | None) -> dict[str, Any]:
    if output is None or not output.is_file():
        return {}
    found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return found


def _on(path: Path, device: Device, profile: Profile) -> Model:
    return Model.of(path, hash_model(str(path)), device, profile.cache)


def _random_model(folder: Path, profile: Profile) -> Path:
    with suppress(ModelNotFoundError):
        return find_model(RANDOM, profile).path
    weights = folder / "random.pth"
    _tell(f"making {RANDOM} ...")
    command = [sys.executable, "-m", "tests.benchmarks.random_weights", str(weights)]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True, timeout=180)
    return install_file(weights, ModelRequest(RANDOM, resize=232, crop=224), profile).path


def _facts(course: Course) -> dict[str, Any]:
    driver, state = nvidia.find_driver(), card_state()
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "device": str(course.model.device),
        "cards": [] if driver is None else list(driver.cards),
        "driver": "" if state is None else state.driver,
        "cuda": "" if driver is None else ".".join(map(str, driver.cuda_version)),
        "card_in_use_before": None if state is None else {"bytes": state.used_bytes, "busy": state.busy},
        "processor": machine.processor_name(),
        "cores": machine.usable_cores(),
        "python": platform.python_version(),
        "versions": versions,
        "model": course.model.path.stem,
    }


def _variants(course: Course) -> dict[str, Any]:
    sizes = course.sizes
    return measure_variants(course.model, sizes.batch, pictures=sizes.compared, has_time=course.has_time)


def _choice(course: Course) -> CardChoice:
    """What the trial found, or the plain session where it did not come to an end."""
    known = CardChoices(course.profile.cache).remembered(course.model.model_hash, course.model.device)
    return known or CardChoice(PLAIN, course.sizes.batch)


def _torch(course: Course, what: str) -> dict[str, Any]:
    sizes = course.sizes
    batch = _choice(course).batch if course.model.device in CARDS else sizes.batch
    arguments = {
        "model": course.model.path,
        "device": "cuda" if course.model.device in CARDS else "cpu",
        "batch": batch,
        "seconds": sizes.pass_s,
        "compiler": sizes.compiler,
        "photos": course.photos,
    }
    command = [sys.executable, "-m", "tests.benchmarks.card_torch", what]
    command += [f"--{name}={value}" for name, value in arguments.items()]
    left = max(30.0, course.left_s())
    try:
        done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=left, check=False)
    except subprocess.TimeoutExpired as late:
        return _last_said(late.stdout) | {"not_measured": "for the rest no time was left"}
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        return _last_said(done.stdout) | {"not_measured": complaint[-1]}
    return _last_said(done.stdout)


def _last_said(said: str | bytes | None) -> dict[str, Any]:
    """What a process had found by its last whole line."""
    # Of a process that was ended, Python hands over bytes.
    text = said.decode(errors="replace") if isinstance(said, bytes) else said or ""
    lines = [line for line in text.rpartition("\n")[0].splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found


def _pipeline(course: Course) -> dict[str, Any]:
    """The pipeline beside its two parts, in turns; how busy the card is while it runs, and its memory by itself."""
    batch, pass_s = _choice(course).batch, course.sizes.pass_s
    workers = decode_workers(course.model.device)
    # What is no picture would be counted with the decoded ones and not with the answered ones.
    paths = tuple(map(str, jpeg_files(course.photos)))
    folders = (str(course.profile.data), str(course.profile.cache), str(course.profile.config))
    setup = Setup(str(course.model.path), str(course.model.device), batch, workers, paths, folders)
    peak_bytes = _pipeline_memory(setup, pass_s)
    before = card_state() if course.model.device in CARDS else None
    rates: dict[str, list[float]] = {str(name): [] for name in (Name.PIPELINE, Name.DECODE_POOL, Name.NETWORK)}
    busy = []
    with (
        MeasuringProcess.start(PIPELINE, setup) as pipeline,
        MeasuringProcess.start(PARTS_OF_IT, setup) as parts,
    ):
        pipeline.wait()
        parts.wait()
        for turn in range(3):
            for name, known in rates.items():
                process = pipeline if name == Name.PIPELINE else parts
                # The first turn warms up and tells how many pictures fill the time.
                count = batch * 4 if turn == 0 else _filling(known[0], pass_s, batch)
                is_watched = name == Name.PIPELINE and course.model.device in CARDS
                with CardWatch(before if is_watched else None) as watch:
                    known.append(process.rate(count, variant=name, batch=batch).per_s)
                if turn and watch.use is not None:
                    busy.append(watch.use.busy)
    best = {name: max(found[1:]) for name, found in rates.items()}
    slower = min(best[Name.DECODE_POOL], best[Name.NETWORK])
    return {
        **best,
        "share_of_the_slower": best[Name.PIPELINE] / slower,
        # Of two: the larger one would be the luckier one.
        "card_busy": min(busy, default=None),
        "peak_bytes": peak_bytes,
        "pictures": len(paths),
        "batch": batch,
        "decoders": workers,
    }


def _pipeline_memory(setup: Setup, pass_s: float) -> int | None:
    """What the pipeline's process takes of the card, CUDA's context included, while no other one of ours is there."""
    if Device(setup.device) not in CARDS:
        return None
    with TakenOfCard(is_card=True) as taken, MeasuringProcess.start(PIPELINE, setup) as pipeline:
        pipeline.wait()
        # The first batches open what the later ones run.
        first = pipeline.rate(setup.batch * 4, variant=Name.PIPELINE, batch=setup.batch)
        pipeline.rate(_filling(first.per_s, pass_s, setup.batch), variant=Name.PIPELINE, batch=setup.batch)
        taken.look()
    return taken.peak_bytes


def _filling(per_s: float, pass_s: float, batch: int) -> int:
    """How many pictures fill the time, in whole batches."""
    return int(max(per_s * pass_s // batch, 1)) * batch


def _agreement(course: Course) -> dict[str, Any]:
    if course.labelled is None:
        return {"not_measured": "no labelled pictures were named"}
    chosen = dict.fromkeys((PLAIN, _choice(course).variant, variants_of(course.model.device)[0]))
    return measure_agreement(
        course.built_in, course.labelled, list(chosen), batch=course.sizes.batch, most=course.sizes.labelled
    )


def _halving(course: Course) -> dict[str, Any]:
    if course.model.device not in CARDS:
        return {"not_measured": "there is no card whose memory could be filled"}
    return measure_halving(course.model)


PARTS: Mapping[str, Callable[[Course], Any]] = {
    "facts": _facts,
    "trial": lambda course: try_card(course.model, limit_s=_TRIAL_SHARE * course.left_s()),
    "torch": lambda course: _torch(course, "network"),
    "pipeline": _pipeline,
    "variants": _variants,
    "agreement": _agreement,
    "jpeg": lambda course: _torch(course, "jpeg"),
    "halving": _halving,
    "ratios": lambda course: ratios(course.found),
}
"""What is measured. First what runs in processes of its own, so that a fault in a driver leaves it written down."""


def table(found: Mapping[str, Any]) -> str:
    """Everything that was found, as one Markdown table for each part."""
    lines: list[str] = []
    for part, values in found.items():
        lines += [f"## {part}", "", "| what | found |", "|---|---|"]
        rows = values.items() if isinstance(values, Mapping) else ()
        lines += [f"| {name} | {_words(value)} |" for name, value in rows]
        lines.append("")
    return "\n".join(lines)


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_words, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
