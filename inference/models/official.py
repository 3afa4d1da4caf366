"""Know torchvision's ResNeXt weights: where they are, how their pictures are prepared, how well they did."""

import os
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from inference.errors import DownloadError, ModelNotFoundError
from inference.models.contract import Preprocessing

HOST = "https://download.pytorch.org/models"
"""Where torchvision keeps its weights."""

URL_VARIABLE = "CARDINAL_MODEL_URL"
"""Environment variable that names another place: a base URL, or one exact `.pth` file."""

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth")
"""torch hub's convention: a file's name carries the beginning of its SHA-256."""

_LICENCE = "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms allow research use"


@dataclass(frozen=True, slots=True)
class OfficialWeights:
    """One file of torchvision's weights.

    Attributes:
        network: torchvision's name of the architecture.
        version: "V1" or "V2", of IMAGENET1K_V1 and IMAGENET1K_V2.
        title: what a person reads.
        file_name: with the first eight digits of its SHA-256.
        size_mb: of the file, in 10^6 bytes, roughly.
        preprocessing: of its own preset.
        top1: on the ImageNet-1k validation set, 0...1, as torchvision states it.
        top5: likewise.
    """

    network: str
    version: str
    title: str
    file_name: str
    size_mb: int
    preprocessing: Preprocessing
    top1: float
    top5: float

    @property
    def name(self) -> str:
        """By which the installed model is asked for."""
        return f"{self.network}-{self.version.lower()}"

    @property
    def licence(self) -> str:
        """Of the weights."""
        return _LICENCE

    @property
    def hash_prefix(self) -> str:
        """The first eight digits of the file's SHA-256."""
        return hash_prefix(self.file_name)

    @property
    def official_url(self) -> str:
        """Where torchvision keeps the file."""
        return f"{HOST}/{self.file_name}"


_V1 = Preprocessing(resize=256, crop=224)
_V2 = Preprocessing(resize=232, crop=224)

OFFICIAL = (
    OfficialWeights(
        "resnext50_32x4d",
        "V1",
        "ResNeXt-50 32x4d, ImageNet V1",
        "resnext50_32x4d-7cdf4587.pth",
        100,
        _V1,
        0.77618,
        0.93698,
    ),
    OfficialWeights(
        "resnext50_32x4d",
        "V2",
        "ResNeXt-50 32x4d, ImageNet V2",
        "resnext50_32x4d-1a0047aa.pth",
        100,
        _V2,
        0.81198,
        0.9534,
    ),
    OfficialWeights(
        "resnext101_32x8d",
        "V1",
        "ResNeXt-101 32x8d, ImageNet V1",
        "resnext101_32x8d-8ba56ff5.pth",
        356,
        _V1,
        0.79312,
        0.94526,
    ),
    OfficialWeights(
        "resnext101_32x8d",
        "V2",
        "ResNeXt-101 32x8d, ImageNet V2",
        "resnext101_32x8d-110c445d.pth",
        356,
        _V2,
        0.82834,
        0.96228,
    ),
    OfficialWeights(
        "resnext101_64x4d",
        "V1",
        "ResNeXt-101 64x4d, ImageNet V1",
        "resnext101_64x4d-173b62eb.pth",
        335,
        _V2,
        0.83246,
        0.96454,
    ),
)
"""All of them, worse before better within a network. A test compares the table with torchvision's own."""


def find_weights(network: str, version: str = "") -> OfficialWeights:
    """The official weights of `network`; of its newest version unless `version` is given.

    `network` may also be the name of an installed model ("resnext50_32x4d-v1").

    Raises:
        ModelNotFoundError: if there are none.
    """
    for weights in reversed(OFFICIAL):
        if network == weights.name and version.upper() in {"", weights.version}:
            return weights
        if network == weights.network and version.upper() in {"", weights.version}:
            return weights
    names = tuple(weights.name for weights in OFFICIAL)
    raise ModelNotFoundError(f"{network} {version}".strip(), names, "Official ones that can be fetched")


def url_of(weights: OfficialWeights) -> str:
    """Where to fetch `weights` from: torchvision's host, or what `CARDINAL_MODEL_URL` says in its place.

    Raises:
        DownloadError: if that is no web address.
    """
    base = os.environ.get(URL_VARIABLE, "").strip() or HOST
    return base if split_address(base).path.endswith(".pth") else f"{base.rstrip('/')}/{weights.file_name}"


def split_address(url: str) -> SplitResult:
    """The parts of a web address.

    Raises:
        DownloadError: if it is none, or not written in plain characters.
    """
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        if url.isascii() and url.isprintable() and " " not in url and (parts.port is None or parts.port > 0):
            return parts
    except ValueError as error:
        raise DownloadError(url, "it is not a web address.") from error
    raise DownloadError(url, "a web address has plain characters only; write others as %C3%BC, for example.")


def hash_prefix(url: str) -> str:
    """The beginning of the SHA-256 that the file name in `url` promises.

    Raises:
        DownloadError: if the name promises none, so that nothing could be checked.
    """
    match = _HASH_IN_NAME.search(split_address(url).path.rsplit("/", 1)[-1])
    if match is None:
        raise DownloadError(url, "its name does not end in its checksum (-1a0047aa.pth), so it could not be checked.")
    return match[1]
