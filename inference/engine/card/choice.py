"""Remember which variant runs a model fastest on this computer's card, and why the others do not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib import metadata
from pathlib import Path

from inference.engine import machine, nvidia
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device
from inference.engine.failure_date import is_lately, parse_date
from inference.engine.row_file import RowFile

FORM = 2
"""Of the trial: another number has every model tried anew."""

ENDED = "the program ended while it was tried"
"""An objection that is remembered beforehand, for the case that the process which tries is ended."""

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
        failed_at: when something failed in the trial for a reason that may pass, in seconds since the epoch; None where
            nothing did.
        resting_since: likewise, when the variant could not be used later on; None where it can.
    """

    variant: Variant
    batch: int
    times_as_fast: float = 1.0
    tried: tuple[Tried, ...] = ()
    failed_at: float | None = None
    resting_since: float | None = None

    @property
    def is_due(self) -> bool:
        """Whether the trial is to be made again: a day ago or longer something failed that may have passed."""
        return self.failed_at is not None and not is_lately(self.failed_at)

    @property
    def is_resting(self) -> bool:
        """Whether the variant failed less than a day ago, so that the plain session is opened without trying it."""
        return is_lately(self.resting_since)

    def __str__(self) -> str:
        if self.variant == PLAIN:
            told = " (of the other ways none was taken)" if self.tried else ""
            return f"the plain way, batches of {self.batch}{told}"
        if self.is_resting:
            return f"the plain way, batches of {self.batch} ({self.variant} is tried again a day after it failed)"
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
        return parse_choice(self._rows.get(choice_key(model_hash, device)))

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

    def rest(self, model_hash: str, device: Device) -> None:
        """Do not use the remembered variant for a day: it failed for a reason that may pass."""
        self._set_resting(model_hash, device, time.time())

    def resume(self, model_hash: str, device: Device) -> None:
        """Use the remembered variant again: it works."""
        self._set_resting(model_hash, device, None)

    def _set_resting(self, model_hash: str, device: Device, date: float | None) -> None:
        known = self.remembered(model_hash, device)
        if known is not None and known.resting_since != date:
            self.remember(model_hash, device, replace(known, resting_since=date))

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


def parse_choice(row: object) -> CardChoice | None:
    """A choice from its stored form, `dataclasses.asdict` as JSON; None where that is not usable."""
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
    return CardChoice(
        Variant(**variant),
        batch,
        float(gain),
        tuple(one for one in tried if one is not None),
        failed_at=parse_date(row.get("failed_at")),
        resting_since=parse_date(row.get("resting_since")),
    )


def _parse_tried(row: object) -> Tried | None:
    if not isinstance(row, Mapping):
        return None
    name, gain, difference = row.get("name"), row.get("times_as_fast"), row.get("difference")
    if not isinstance(name, str) or not all(isinstance(value, int | float | None) for value in (gain, difference)):
        return None
    return Tried(name, gain, difference, str(row.get("objection", "")))
