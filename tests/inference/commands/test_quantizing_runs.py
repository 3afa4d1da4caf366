"""Pictures are prepared as the program does, and two models run on them by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inference.arrays import RgbImage
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.commands.quantizing_runs import Pictures, compare, in_batches
from inference.errors import ModelContractError, ModelLoadError
from inference.models.catalog import read_model
from inference.models.contract import OutputName
from inference.pictures.decode_pool import DecodePool
from tests.inference.engine.variants import variant
from tests.inference.models.quantize.coloured import write_pictures
from tests.make_data import TINY, TINY_SIDE


def noise(count: int, taken: list[int]) -> Iterator[RgbImage]:
    rng = np.random.default_rng(seed=4)
    for number in range(count):
        taken.append(number)
        yield rng.integers(0, 256, (TINY_SIDE, TINY_SIDE, 3), np.uint8)


def turned(folder: Path) -> Path:
    """The tiny model, which prefers what it disliked."""

    def turn(model: onnx.ModelProto) -> None:
        for tensor in model.graph.initializer:
            if tensor.name in {OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS}:
                tensor.CopyFrom(numpy_helper.from_array(-numpy_helper.to_array(tensor), tensor.name))

    return variant(folder, turn)


@pytest.mark.usefixtures("own_pool")
def test_pictures_come_in_order_as_the_program_prepares_them(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path, 20)
    (folder / "3.png").write_bytes(b"no picture")
    names = [str(folder / f"{number}.png") for number in range(20)]
    rule = read_model(TINY).contract.preprocessing
    with DecodePool.open(workers=2) as pool:
        pictures = Pictures(pool, rule)
        prepared = list(pictures.prepared(names))
    assert pictures.unreadable == 1
    wanted = [prepare_picture(name, PrepareOrder(rule)).input for name in names if not name.endswith("/3.png")]
    assert np.array_equal(np.stack(prepared), np.stack(wanted))
    assert [len(batch) for batch in in_batches(prepared)] == [8, 8, 3]


def test_a_model_agrees_with_itself() -> None:
    taken: list[int] = []
    said = compare(TINY, TINY, noise(21, taken), planned=21)
    assert (said.pictures, said.same, said.max_difference, said.worst_margin) == (21, 21, 0, 0)
    assert min(said.float_ms, said.int8_ms) > 0
    assert said.float_bytes == said.int8_bytes == TINY.stat().st_size
    assert (said.float_device, len(taken)) == (said.int8_device, 21)


@pytest.mark.parametrize(("planned", "compared"), [(80, 8), (None, 80)])
def test_what_cannot_pass_is_not_compared_to_the_end(planned: int | None, compared: int, tmp_path: Path) -> None:
    said = compare(TINY, turned(tmp_path), noise(80, []), planned=planned)
    assert said.pictures == compared
    assert said.same == 0
    assert said.worst_margin > 0


def lose_labels(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda folder: variant(folder, lose_labels), ModelContractError),
        (lambda folder: Path(folder / "none.onnx"), ModelLoadError),
    ],
)
def test_an_error_names_the_model_that_the_person_knows(
    make: Callable[[Path], Path], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error, match="int8 copy") as raised:
        compare(TINY, make(tmp_path), noise(1, []))
    assert str(TINY) in str(raised.value)
