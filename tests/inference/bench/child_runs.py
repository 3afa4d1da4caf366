"""Be a measuring process in every way that one can end: `python -m tests.inference.bench.child_runs`.

The device of the setup says which way.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from inference.bench.orders import Answer, Pass, PictureFigures, Rate, Setup, Single, Survey, Task
from inference.bench.serving import NotMeasurableError, serve
from inference.errors import ModelLoadError


@dataclass(frozen=True, slots=True)
class ChildRuns:
    """Does as the setup says."""

    setup: Setup

    def run(self, wanted: Pass) -> Answer:
        if wanted.variant == "refuse":
            raise NotMeasurableError("it is a Monday")
        if wanted.variant == "die":
            os._exit(3)
        if wanted.variant == "hang":
            threading.Event().wait()
        if wanted.variant == "below":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            return Rate(1, 1.0, engine=str(child.pid))
        if wanted.variant == "noise":
            sys.stdout.write("a library talks\n")
            os.write(1, b'{"answer": "not this one"}\n')
        if wanted.task is Task.SURVEY:
            return Survey((3, None), (PictureFigures("JPEG", 4, 3, 99),))
        if wanted.task is Task.SINGLE:
            return Single((0.5,) * wanted.count, (0.25,) * wanted.count)
        return Rate(wanted.count, 2.0, first_s=0.5, engine=f"{self.setup.paths[0]} {wanted.batch}")


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[ChildRuns]:
    """Open, or not."""
    if setup.device == "refused":
        raise NotMeasurableError("there is no such engine")
    if setup.device == "broken":
        raise ModelLoadError("m.onnx", "it is damaged.")
    if setup.device == "dies":
        os._exit(3)
    yield ChildRuns(setup)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
