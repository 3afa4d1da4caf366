"""The program's parts do their own work when they are measured alone: pictures are decoded, and batches are run."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import pytest

from inference.arrays import InputBatch
from inference.bench import program_runs
from inference.bench.hollow import hand_back
from inference.bench.orders import Pass, Rate, Setup, Task
from inference.bench.program_runs import ProgramRuns
from inference.bench.record import Name
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.card.choice import CardChoices
from inference.engine.network import Network
from inference.models.contract import Preprocessing
from tests.inference.bench.conftest import Clock

RULE = Preprocessing(resize=8, crop=8)


class Pool:
    """Takes half a second for each task, and remembers it; each third one fails."""

    room, workers = 1, 1

    def __init__(self, clock: Clock) -> None:
        self.tasks: list[tuple[object, str, object]] = []
        self._clock = clock

    def submit(self, function: object, path: str, order: object, *, urgent: bool = False) -> Future[None]:
        self._clock.wait(0.5)
        self.tasks.append((function, path, order))
        done: Future[None] = Future()
        if len(self.tasks) % 3:
            done.set_result(None)
        else:
            done.set_exception(OSError("it is damaged"))
        return done


class Counted:
    """A network that takes two seconds for each batch, and remembers its size."""

    def __init__(self, clock: Clock) -> None:
        self.contract, self.device = SimpleNamespace(preprocessing=RULE), "cpu"
        self.batches: list[tuple[int, ...]] = []
        self._clock = clock

    def run(self, images: InputBatch) -> None:
        self._clock.wait(2.0)
        self.batches.append(images.shape)


@pytest.mark.parametrize(("variant", "function"), [(Name.DECODE_POOL, prepare_picture), (Name.HAND_OVER, hand_back)])
def test_the_pool_gets_every_picture_of_the_pass_and_only_those_that_were_decoded_count(
    variant: Name, function: object, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_runs, "time", clock)
    pool, network = Pool(clock), Counted(clock)
    runs = ProgramRuns(pool, network, ("a", "b"), 4)  # type: ignore[arg-type]  # what it uses of both
    assert runs.run(Pass(Task.RATE, 7, variant)) == Rate(5, 3.5)
    assert pool.tasks == [(function, path, PrepareOrder(RULE)) for path in "abababa"]
    assert network.batches == []


def test_the_network_alone_runs_as_many_batches_as_the_pictures_need(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_runs, "time", clock)
    pool, network = Pool(clock), Counted(clock)
    runs = ProgramRuns(pool, network, ("a",), 2)  # type: ignore[arg-type]  # what it uses of both
    assert runs.run(Pass(Task.RATE, 9, Name.NETWORK, batch=4)) == Rate(12, 6.0, engine="cpu")
    assert network.batches == [(4, 8, 8, 3)] * 3
    assert pool.tasks == []


def test_both_are_opened_as_a_run_opens_them(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[str, str, bool]] = []
    real = Network.open

    def open_network(model: str, *, device: str, cards: CardChoices, sharing: bool) -> Network:
        given.append((model, device, sharing))
        return real(model, device=device, cards=cards, sharing=sharing)

    monkeypatch.setattr(Network, "open", open_network)
    with program_runs.open_runs(replace(setup, workers=2)) as runs:
        assert runs.pool.workers == 2
    assert given == [(setup.model, "cpu", True)]
