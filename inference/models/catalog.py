"""List the models that a person can choose: those the program ships, and those that were added."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import CardinalError, ModelNotFoundError
from inference.models.checksum import checksum_file
from inference.models.contract import ModelContract
from inference.models.contract_reading import read_contract
from inference.models.metadata import read_metadata
from inference.models.strangers import require_tried
from inference.profile import BUILT_IN_MODELS, Profile

BUILT_IN_NAME = "resnext26_8x8d-tiny-imagenet-200"
"""The model that is there on first start."""

_PREFERRED = ("resnext50_32x4d-v2", "resnext101_64x4d-v1", "resnext101_32x8d-v2")
"""Better than the built-in one, quickest first."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model that can be opened.

    Attributes:
        name: by which it is asked for; that of its file.
        path: its file.
        built_in: the program ships it, so it cannot be removed.
        contract: what the file says about itself.
    """

    name: str
    path: Path
    built_in: bool
    contract: ModelContract


@dataclass(frozen=True, slots=True)
class BrokenModel:
    """A model file in the catalog that cannot be used, and why."""

    name: str
    path: Path
    built_in: bool
    error: CardinalError


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is installed, by name.

    Attributes:
        models: that can be chosen; the built-in ones first.
        broken: files that cannot be used.
    """

    models: tuple[ModelFile, ...]
    broken: tuple[BrokenModel, ...]


def list_models(profile: Profile, *, built_in: Path = BUILT_IN_MODELS) -> Catalog:
    """Read the contract of every installed model. Takes well under a millisecond a file; no weights are read."""
    models: list[ModelFile] = []
    broken: list[BrokenModel] = []
    taken: set[str] = set()
    for path, ships in _files(built_in, profile.models):
        # A file of the profile cannot stand in for one that the program ships.
        if path.stem in taken:
            continue
        taken.add(path.stem)
        try:
            models.append(read_model(path, built_in=ships))
        except CardinalError as error:
            broken.append(BrokenModel(path.stem, path, ships, error))
    return Catalog(tuple(models), tuple(broken))


def read_model(path: Path, *, built_in: bool = False) -> ModelFile:
    """The model in `path`, inside the catalog or anywhere else.

    Raises:
        ModelLoadError: if the file cannot be read.
        ModelContractError: if it carries no usable contract.
    """
    contract = read_contract(read_metadata(path), str(path))
    return ModelFile(path.stem, path, built_in, contract)


def find_model(
    name_or_path: str,
    profile: Profile,
    *,
    built_in: Path = BUILT_IN_MODELS,
    try_out: bool = True,
    cancel: CancelToken | None = None,
) -> ModelFile:
    """The installed model of that name, or the model in that file.

    An official network may be named without its version; the newest installed one is taken.

    Args:
        name_or_path: what was asked for.
        profile: where added models lie, and what is known of others.
        built_in: where the models lie that the program ships.
        try_out: open a file that this program did not install in a child process first, once for each content; not
            needed where nobody is going to open it.
        cancel: ends such a trial.

    Raises:
        ModelNotFoundError: if there is neither.
        ModelLoadError: if its file is damaged or was refused.
        ModelContractError: if its file carries no usable contract.
        ChildTaskError: if trying it out took too long or too much memory.
        Cancelled: if `cancel` was used.
    """
    model = _look_up(name_or_path, list_models(profile, built_in=built_in))
    # Installing writes the checksum, after a trial.
    is_known = model.built_in or (model.path.parent == profile.models and checksum_file(model.path).is_file())
    if try_out and not is_known:
        require_tried(model.path, profile, cancel=cancel)
    return model


def find_installed(name: str, profile: Profile, *, built_in: Path = BUILT_IN_MODELS) -> ModelFile | BrokenModel:
    """The model of the catalog that has exactly that name, usable or not; never a file somewhere else.

    Raises:
        ModelNotFoundError: if there is none.
    """
    catalog = list_models(profile, built_in=built_in)
    rows: tuple[ModelFile | BrokenModel, ...] = (*catalog.models, *catalog.broken)
    for model in rows:
        if model.name == name:
            return model
    raise ModelNotFoundError(name, tuple(model.name for model in catalog.models))


def _look_up(name_or_path: str, catalog: Catalog) -> ModelFile:
    by_name = {model.name: model for model in catalog.models}
    for name in (name_or_path, *_newest_first(name_or_path, by_name)):
        if name in by_name:
            return by_name[name]
    for model in catalog.broken:
        if model.name == name_or_path:
            raise model.error
    path = Path(name_or_path)
    if path.suffix.lower() == ".onnx" and _is_file(path):
        return read_model(path)
    raise ModelNotFoundError(name_or_path, tuple(by_name))


def _newest_first(network: str, names: Iterable[str]) -> list[str]:
    """Those of the names that are `network` with a version, the highest number first."""
    parts = [(name.rpartition("-v"), name) for name in names]
    versions = [(int(digits), name) for (stem, _, digits), name in parts if stem == network and digits.isdecimal()]
    return [name for _, name in sorted(versions, reverse=True)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    # Too long a name, for example: nothing has it.
    except OSError:
        return False


def default_model_name(profile: Profile, *, built_in: Path = BUILT_IN_MODELS) -> str:
    """The model to use when nobody chose one: an official one where it is installed, else the built-in one."""
    names = {model.name for model in list_models(profile, built_in=built_in).models}
    return next((name for name in _PREFERRED if name in names), BUILT_IN_NAME)


def _files(*folders: Path) -> Iterator[tuple[Path, bool]]:
    """Model files, those of the first folder marked as built in. A folder that cannot be listed has none."""
    for index, folder in enumerate(folders):
        try:
            paths = sorted(path for path in folder.iterdir() if path.suffix == ".onnx" and path.is_file())
        except OSError:
            continue
        for path in paths:
            if not path.name.startswith("."):
                yield path, index == 0
