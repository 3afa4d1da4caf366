"""Pictures are prepared as the program does, and two models run on them by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.commands.quantizing_runs import Example, Pictures, compare, in_batches
from inference.errors import ModelContractError, ModelLoadError
from inference.models.catalog import read_model
from inference.models.contract import OutputName
from inference.models.quantize.facts import WANTED_TURNS
from inference.models.quantize.truth import UNKNOWN, TrueClasses
from inference.pictures.decode_pool import DecodePool
from tests.inference.engine.variants import variant
from tests.inference.models.quantize.coloured import write_pictures
from tests.make_data import TINY, TINY_SIDE


def noise(count: int, taken: list[int]) -> Iterator[Example]:
    rng = np.random.default_rng(seed=4)
    for number in range(count):
        taken.append(number)
        yield Example(rng.integers(0, 256, (TINY_SIDE, TINY_SIDE, 3), np.uint8), number % 3 - 1)


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
    (folder / "red").mkdir()
    (folder / "0.png").rename(folder / "red" / "0.png")
    names = [str(folder / "red" / "0.png")]
    names += [str(folder / f"{number}.png") for number in range(1, 20)]
    contract = read_model(TINY).contract
    rule = contract.preprocessing
    with DecodePool.open(workers=2) as pool:
        pictures = Pictures(pool, rule, TrueClasses.of(contract))
        prepared = list(pictures.prepared(names))
        again = list(pictures.prepared(names[:2]))
    assert (pictures.unreadable, pictures.repeated, again) == (1, 2, [])
    wanted = [prepare_picture(name, PrepareOrder(rule)).input for name in names if not name.endswith("/3.png")]
    batches = list(in_batches(prepared))
    assert np.array_equal(np.concatenate([batch.inputs for batch in batches]), np.stack(wanted))
    assert [len(batch.inputs) for batch in batches] == [8, 8, 3]
    red = [label.name for label in contract.labels].index("red")
    assert np.concatenate([batch.truth for batch in batches]).tolist() == [red, *[UNKNOWN] * 18]


def test_a_model_agrees_with_itself() -> None:
    taken: list[int] = []
    said = compare(TINY, TINY, noise(21, taken), planned=21)
    assert (said.pictures, said.same, said.max_difference, said.worst_margin) == (21, 21, 0, 0)
    assert (said.labelled, said.float_right) == (14, said.int8_right)
    assert min(said.float_ms, said.int8_ms) > 0
    assert said.float_bytes == said.int8_bytes == TINY.stat().st_size
    assert (said.float_device, len(taken)) == (said.int8_device, 21)


@pytest.mark.parametrize(
    ("planned", "may_stop", "compared", "stopped_of"),
    [(800, True, 8 * WANTED_TURNS, 800), (800, False, 800, 0), (80, True, 80, 0), (8 * WANTED_TURNS, True, 480, 0)],
)
def test_what_cannot_pass_is_compared_until_its_speed_is_known(
    planned: int, compared: int, stopped_of: int, tmp_path: Path, *, may_stop: bool
) -> None:
    said = compare(TINY, turned(tmp_path), noise(planned, []), planned=planned, may_stop=may_stop)
    assert (said.pictures, said.stopped_of) == (compared, stopped_of)
    assert said.same == 0
    assert said.worst_margin > 0


def test_few_pictures_are_run_again_until_the_speed_is_known() -> None:
    steps: list[str] = []
    said = compare(TINY, TINY, noise(9, []), planned=9, on_progress=lambda progress: steps.append(progress.step))
    assert (said.pictures, said.turns) == (9, WANTED_TURNS)
    assert len(steps) == 2
    assert steps[1] == "Measuring the speed with the same pictures again"
    assert compare(TINY, TINY, noise(8 * WANTED_TURNS + 1, []), planned=600).turns == WANTED_TURNS + 1


def test_a_file_that_goes_meanwhile_costs_no_comparison(tmp_path: Path) -> None:
    source, copy = (tmp_path / f"{name}.onnx" for name in ("source", "copy"))
    for path in (source, copy):
        path.write_bytes(TINY.read_bytes())

    def examples() -> Iterator[Example]:
        yield from noise(9, [])
        source.unlink()
        copy.unlink()

    said = compare(source, copy, examples(), planned=10)
    assert (said.pictures, said.float_bytes, said.int8_bytes) == (9, TINY.stat().st_size, TINY.stat().st_size)


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
        compare(TINY, make(tmp_path), noise(1, []), planned=1)
    assert str(TINY) in str(raised.value)
