"""Start a process for each thing that is measured beside the pipeline, and line them up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from inference.bench.asking import MeasuringProcess
from inference.bench.lane import Lane
from inference.bench.orders import Setup
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError
from inference.engine import machine
from inference.models.progress import OnProgress, Progress

_PROGRAM = "inference.bench.program_runs"
_PILLOW = "inference.bench.pillow_runs"
_READING = "inference.bench.reading_runs"
_ONNX = "inference.bench.onnx_runs"
_TORCH = "inference.training.torch_runs"

LOADER_BATCH = 32
"""Pictures in a batch of those baselines that load batches."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Processes that serve lanes, or why there are none."""

    processes: tuple[MeasuringProcess, ...]
    reason: str = ""

    def lane(self, name: Name, batch: int = 1) -> Lane:
        lane = Lane(name, self.processes, batch=batch)
        if self.reason:
            lane.skip(self.reason)
        return lane


def line_up(
    setup: Setup, batches: Sequence[int], stack: ExitStack, on_progress: OnProgress, *, baselines: bool
) -> list[Lane]:
    """A lane for each candidate but the pipeline, in the order of the report; the processes end with `stack`.

    Args:
        setup: what they work on.
        batches: pictures in one run, for the network alone; one picture and the pipeline's own come to them.
        stack: owns the processes.
        on_progress: told what is being started.
        baselines: also what others write.
    """

    def start(title: str, module: str, count: int = 1) -> _Found:
        on_progress(Progress(f"Starting {title}", 0, None))
        processes = tuple(stack.enter_context(MeasuringProcess.start(module, setup)) for _ in range(count))
        try:
            for process in processes:
                process.wait()
        except NotMeasurableError as error:
            return _Found((), str(error))
        return _Found(processes)

    program = start("decode pool and network", _PROGRAM)
    pillow = start("Pillow", _PILLOW, machine.usable_cores())
    reading = start("the program's reading", _READING, machine.usable_cores())
    bare = start("ONNX Runtime", _ONNX)
    sizes = sorted({1, setup.batch, *batches})
    lanes = [program.lane(Name.DECODE_POOL), pillow.lane(Name.PILLOW_ALONE), pillow.lane(Name.FILES_ALONE)]
    lanes += [reading.lane(Name.READING_ALONE), program.lane(Name.HAND_OVER)]
    lanes += [program.lane(Name.HAND_OVER_ONE), program.lane(Name.ANSWERING, setup.batch)]
    lanes += [program.lane(Name.COMPANY, setup.batch)]
    lanes += [program.lane(Name.NETWORK, size) for size in sizes]
    lanes += [bare.lane(Name.ONNXRUNTIME_ALONE, size) for size in sizes]
    if baselines:
        torch = start("PyTorch", _TORCH)
        lanes.append(bare.lane(Name.ONE_AT_A_TIME))
        lanes.append(torch.lane(Name.TORCH_LOOP))
        lanes.append(torch.lane(Name.TORCH_LOADER, LOADER_BATCH))
        lanes.append(torch.lane(Name.COMPILED_LOADER, LOADER_BATCH))
        lanes.append(torch.lane(Name.COMPILED_NETWORK, LOADER_BATCH))
    return lanes
