"""The real network on real pictures, opened once for all tests of attention."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inference.arrays import Features, Logits, RgbImage
from inference.attention.runs import SeenPicture
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Head, Network
from inference.profile import BUILT_IN_MODELS
from tests.conftest import PROJECT_ROOT

if TYPE_CHECKING:
    from tests.inference.attention.parity import Weights

SAMPLES = tuple(str(PROJECT_ROOT / "assets" / "samples" / name) for name in ("chelsea.png", "coffee.png", "rocket.jpg"))


@dataclass(frozen=True, slots=True)
class Seen:
    """One sample as the built-in network saw it."""

    image: RgbImage
    logits: Logits
    features: Features

    @property
    def picture(self) -> SeenPicture:
        """The part of it that runs start from."""
        return SeenPicture(self.image, self.logits)


@pytest.fixture(scope="session")
def built_in() -> Iterator[Network]:
    """The built-in network on the processor."""
    network = Network.open(BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx", device="cpu")
    yield network
    network.close()


@pytest.fixture(scope="session")
def head(built_in: Network) -> Head:
    """Its linear layer."""
    assert built_in.head is not None
    return built_in.head


@pytest.fixture(scope="session")
def seen(built_in: Network) -> tuple[Seen, ...]:
    """The samples, with what the network said of them."""
    order = PrepareOrder(built_in.contract.preprocessing)
    images = np.stack([prepare_picture(path, order).input for path in SAMPLES])
    outputs = built_in.run(images, features=True)
    assert outputs.features is not None
    return tuple(Seen(images[row], outputs.logits[row], outputs.features[row]) for row in range(len(images)))


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """PyTorch's threads wait for each other; where others use the cores, one thread is many times as fast as two."""
    import torch  # noqa: PLC0415 - it takes seconds, and few of these tests need it

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def random_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Weights, Path]:
    """A ResNeXt-50 32x4d with random weights, and the model file of them: writing it takes seconds."""
    from tests.inference.attention.parity import random_weights, write_model  # noqa: PLC0415 - it imports PyTorch

    folder, weights = tmp_path_factory.getbasetemp(), random_weights()
    # The processes of pytest-xdist have one folder above their own; who comes first writes it for the other.
    target = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "random-resnext50.onnx"
    if not target.is_file():
        own = tmp_path_factory.mktemp("random") / target.name
        write_model(weights, own)
        own.replace(target)
    return weights, target
