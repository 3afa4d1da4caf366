"""Remember which variant runs a model fastest on this computer's card, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from pathlib import Path

from inference.engine import machine, nvidia
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device
from inference.engine.row_file import RowFile

FORM = 2
"""Of the trial: another number has every model tried anew."""

_FILE_NAME = "cards.json"
_MOST_REMEMBERED = 200
_MOST_PICTURES = 4096
_DRIVER_FILE = Path("/proc/driver/nvidia/version")
_PACKAGES = ("onnxruntime-gpu", "onnxruntime", "nvidia-cudnn-cu13", "tensorrt-cu13", "tensorrt")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one step of the trial.

    Attributes:
        name: of the variant, in words.
        times_as_fast: as the fastest one before it, in batches; None where it was not timed.
        difference: of its numbers to the plain session's, relative; None where they were not compared.
        objection: why it was not taken, a phrase; empty where it was.
    """

    name: str
    times_as_fast: float | None = None
    difference: float | None = None
    objection: str = ""


@dataclass(frozen=True, slots=True)
class CardChoice:
    """How a model runs fastest on a card.

    Attributes:
        variant: of those that answer like the plain session.
        batch: pictures in a batch that suit it.
        times_as_fast: as the plain session, in batches of that size; 1 for itself.
        tried: every step, in order.
    """

    variant: Variant
    batch: int
    times_as_fast: float = 1.0
    tried: tuple[Tried, ...] = ()

    def __str__(self) -> str:
        if self.variant == PLAIN:
            return f"the plain way, batches of {self.batch} (of {len(self.tried)} others none was taken)"
        return f"{self.variant}: {self.times_as_fast:.1f} times as fast as the plain way, batches of {self.batch}"


class CardChoices:
    """Remembers choices in one small file, for a card, its driver, versions and a model's hash.

    Where the disk cannot be written, what was said last counts until the program ends.

    Attributes:
        folder: the profile's cache, where the file is; made when something is remembered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows = RowFile(folder / _FILE_NAME, _MOST_REMEMBERED)

    def remembered(self, model_hash: str, device: Device) -> CardChoice | None:
        """The choice for a model on this computer as it is now; None where none is known or the file is damaged."""
        return _parse(self._rows.get(choice_key(model_hash, device)))

    def remember(self, model_hash: str, device: Device, choice: CardChoice) -> None:
        """Keep a choice for the next opening."""
        self._rows.put(choice_key(model_hash, device), asdict(choice))

    def give_up(self, model_hash: str, device: Device, reason: str) -> None:
        """Never use the remembered variant again: it failed where the trial had not shown it."""
        known = self.remembered(model_hash, device)
        if known is None:
            return
        tried = (*known.tried, Tried(str(known.variant), objection=f"it failed later: {reason}"))
        self.remember(model_hash, device, CardChoice(PLAIN, known.batch, tried=tried))

    def forget(self, model_hash: str, device: Device) -> None:
        """Let the model be tried anew."""
        self._rows.remove(choice_key(model_hash, device))


def choice_key(model_hash: str, device: Device) -> str:
    """What a choice depends on: the card and its driver, versions, the device's name, this trial's form, the model."""
    driver = nvidia.find_driver()
    hardware = machine.processor_name() if driver is None else f"{driver.cards}, CUDA {driver.cuda_version}"
    versions = ", ".join(f"{name} {version}" for name in _PACKAGES if (version := _version(name)))
    return " | ".join((str(device), hardware, _driver_text(), versions, f"form {FORM}", model_hash))


def _driver_text() -> str:
    """The driver's own version, which CUDA's does not tell; empty where only other means than a file would say it."""
    try:
        return _DRIVER_FILE.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _parse(row: object) -> CardChoice | None:
    """A choice from its stored form, or None where that is not usable."""
    if not isinstance(row, dict) or not isinstance(row.get("tried"), list):
        return None
    variant, batch, gain = row.get("variant"), row.get("batch"), row.get("times_as_fast")
    names = {field.name for field in fields(Variant)}
    if (
        not isinstance(variant, dict)
        or set(variant) != names
        or not all(type(value) is bool for value in variant.values())
    ):
        return None
    if type(batch) is not int or not 1 <= batch <= _MOST_PICTURES or not isinstance(gain, int | float):
        return None
    tried = tuple(map(_parse_tried, row["tried"]))
    return CardChoice(Variant(**variant), batch, float(gain), tuple(one for one in tried if one is not None))


def _parse_tried(row: object) -> Tried | None:
    if not isinstance(row, Mapping):
        return None
    name, gain, difference = row.get("name"), row.get("times_as_fast"), row.get("difference")
    if not isinstance(name, str) or not all(isinstance(value, int | float | None) for value in (gain, difference)):
        return None
    return Tried(name, gain, difference, str(row.get("objection", "")))
