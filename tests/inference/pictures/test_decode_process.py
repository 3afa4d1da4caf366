"""The program ends even where a worker's end is never told, and a terminal that closes does not end workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference.pictures.decode_pool import DecodePool
from tests.conftest import PROJECT_ROOT
from tests.inference.pictures import decode_tasks as tasks

LONG_S = 60.0

PROGRAM = """
import os, signal
from multiprocessing import forkserver
from inference.pictures.decode_pool import DecodePool
from tests.inference.pictures import decode_tasks as tasks
if __name__ == "__main__":
    with DecodePool.open(workers=1) as pool:
        pool.submit(tasks.stall, "x", 0.0).result()
        server = forkserver._forkserver._forkserver_pid
        print(server, flush=True)
        os.kill(server, signal.SIGSTOP)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork server")
def test_the_program_ends_while_the_fork_server_hangs(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="ascii")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        server = int(program.stdout.readline())
        try:
            assert program.wait(20) == 0
        finally:
            program.kill()
            os.kill(server, 9)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_terminal_that_closes_is_the_programs_business() -> None:
    with DecodePool.open(workers=1) as pool:
        assert pool.submit(tasks.ignores_the_terminals_end, "x", None).result(LONG_S)
