"""The decode pool: a crash, a stall or a hunger for memory costs exactly the file that caused it."""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from pathlib import Path

import pytest

from inference.cancel import Cancelled
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_pool import DecodePool
from tests.conftest import PROJECT_ROOT
from tests.inference.pictures import decode_tasks as tasks

LONG_S = 60.0
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool.open(workers=2) as opened:
        yield opened


def problem_of(future: object) -> tuple[str, ImageProblem]:
    with pytest.raises(ImageReadError) as caught:
        future.result(timeout=LONG_S)  # type: ignore[attr-defined]  # a future of anything
    return caught.value.path, caught.value.problem


def wait_until(condition: Callable[[], bool], seconds: float = LONG_S) -> bool:
    """Look at something that another process does, until it is so."""
    ended = threading.Event()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        ended.wait(0.01)
    return False


def test_a_task_gets_its_path_and_argument_as_they_are(pool: DecodePool) -> None:
    paths = ["a.jpg", "new\nline", "\N{CAMERA}", os.fsdecode(b"caf\xe9"), "<b>&amp;"]
    futures = [pool.submit(tasks.echo, path, {"n": number}) for number, path in enumerate(paths)]
    assert [future.result(LONG_S) for future in futures] == [(path, {"n": number}) for number, path in enumerate(paths)]


def test_work_happens_in_other_processes(pool: DecodePool) -> None:
    assert pool.workers == 2
    assert pool.submit(tasks.process_id, "x", None).result(LONG_S) != os.getpid()


def test_workers_know_nothing_of_the_window_or_the_network(pool: DecodePool) -> None:
    unwanted = ("PySide6", "torch", "onnxruntime", "onnx", "inference.engine", "gui", "main", "pytest")
    assert pool.submit(tasks.imported, "x", unwanted).result(LONG_S) == ()


def test_the_programs_main_file_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in the program itself: where tests run beside each other `__main__` has no file.
    main, file = sys.modules["__main__"], str(PROJECT_ROOT / "main.py")
    monkeypatch.setattr(main, "__file__", file, raising=False)
    with DecodePool.open(workers=1) as pool:
        assert pool.submit(tasks.main_file, "x", None).result(LONG_S) == ""
    assert main.__file__ == file, "what was hidden for a moment must be back"


@ON_LINUX
def test_workers_are_modest(pool: DecodePool) -> None:
    niceness, threads, interrupt = pool.submit(tasks.state, "x", None).result(LONG_S)
    # One thread works, one waits for the parent's end.
    assert threads == 2
    assert niceness >= 10
    assert interrupt == "1", "Ctrl-C belongs to the program (1 is SIG_IGN)"


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_does_not_reach_a_worker_that_is_starting(pool: DecodePool) -> None:
    assert pool.submit(tasks.holds_back_interrupts, "x", None).result(LONG_S)


def test_each_crash_costs_exactly_its_own_path(pool: DecodePool) -> None:
    futures = {number: pool.submit(tasks.die, str(number), number % 5 == 0) for number in range(100)}
    for number, future in futures.items():
        if number % 5 == 0:
            assert problem_of(future) == (str(number), ImageProblem.CRASHED)
        else:
            assert future.result(LONG_S) == str(number)


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_worker_that_leaves_politely_is_a_crash_too(pool: DecodePool, exit_code: int) -> None:
    assert problem_of(pool.submit(tasks.leave, "x.jpg", exit_code)) == ("x.jpg", ImageProblem.CRASHED)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_worker_killed_while_idle_costs_nothing() -> None:
    with DecodePool.open(workers=1) as pool:
        for _ in range(5):
            number = pool.submit(tasks.process_id, "x", None).result(LONG_S)
            os.kill(number, 9)
            assert pool.submit(tasks.process_id, "x", None).result(LONG_S) != number


def test_a_stalled_task_is_ended_and_the_rest_goes_on() -> None:
    with DecodePool.open(workers=2, deadline_s=0.3) as pool:
        stalled = [pool.submit(tasks.stall, f"s{number}", LONG_S) for number in range(2)]
        quick = [pool.submit(tasks.stall, f"q{number}", 0.0) for number in range(10)]
        assert [problem_of(future) for future in stalled] == [(f"s{n}", ImageProblem.TIMEOUT) for n in range(2)]
        assert [future.result(LONG_S) for future in quick] == [f"q{number}" for number in range(10)]
        assert "0.3 seconds" in str(stalled[0].exception())


@ON_LINUX
def test_memory_is_limited_and_the_next_worker_is_fresh() -> None:
    with DecodePool.open(workers=1, memory_limit_bytes=200 * 2**20) as pool:
        before = pool.submit(tasks.process_id, "x", None).result(LONG_S)
        assert pool.submit(tasks.allocate, "small", 100 * 2**20).result(LONG_S) == 100 * 2**20
        assert problem_of(pool.submit(tasks.allocate, "big", 300 * 2**20)) == ("big", ImageProblem.OUT_OF_MEMORY)
        assert pool.submit(tasks.process_id, "x", None).result(LONG_S) != before


def test_our_errors_pass_through_and_others_too(pool: DecodePool) -> None:
    future = pool.submit(tasks.refuse, "x.jpg", None)
    assert problem_of(future) == ("x.jpg", ImageProblem.DAMAGED)
    assert "(as ordered)" in str(future.exception())
    with pytest.raises(ValueError, match="exactly this"):
        pool.submit(tasks.misbehave, "x", "exactly this").result(LONG_S)


def test_what_cannot_be_sent_is_told_and_the_pool_goes_on(pool: DecodePool) -> None:
    with pytest.raises(RuntimeError, match="cannot be sent"):
        pool.submit(tasks.unpicklable, "x", None).result(LONG_S)
    with pytest.raises((AttributeError, pickle.PicklingError), match=r"pickle|local object"):
        pool.submit(lambda path, argument: path, "x", None).result(LONG_S)
    assert pool.submit(tasks.stall, "x", 0.0).result(LONG_S) == "x"


def test_waiting_futures_can_be_cancelled(tmp_path: Path) -> None:
    started, never = tmp_path / "started", tmp_path / "never"
    with DecodePool.open(workers=1, deadline_s=1.0) as pool:
        running = pool.submit(tasks.touch_and_stall, str(started), LONG_S)
        waiting = pool.submit(tasks.touch_and_stall, str(never), 0.0)
        assert wait_until(started.exists)
        assert waiting.cancel()
        assert not running.cancel()
        assert problem_of(running)[1] is ImageProblem.TIMEOUT
        assert pool.submit(tasks.stall, "x", 0.0).result(LONG_S) == "x"
    assert not never.exists()


def test_closing_ends_everything_and_twice_is_harmless(tmp_path: Path) -> None:
    started = tmp_path / "started"
    pool = DecodePool.open(workers=1)
    running = pool.submit(tasks.touch_and_stall, str(started), LONG_S)
    waiting = [pool.submit(tasks.stall, "x", 0.0) for _ in range(5)]
    assert wait_until(started.exists)
    pool.close()
    pool.close()
    assert not wait([running, *waiting], timeout=LONG_S).not_done
    with pytest.raises(Cancelled):
        running.result()
    for future in waiting:
        with pytest.raises(CancelledError):
            future.result()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(tasks.stall, "x", 0.0)


def test_closing_at_once_leaves_nothing_behind() -> None:
    before = threading.active_count()
    for _ in range(3):
        DecodePool.open(workers=2).close()
    assert wait_until(lambda: threading.active_count() <= before)


def quickened(pool: DecodePool) -> DecodePool:
    """The pool when each of its workers takes many small tasks at once."""
    limit = time.monotonic() + LONG_S
    while pool.room < 8 * pool.workers and time.monotonic() < limit:
        wait([pool.submit(tasks.obey, "warm", None) for _ in range(50)])
    assert pool.room >= 8 * pool.workers
    return pool


def test_room_grows_with_quick_tasks_only() -> None:
    with DecodePool.open(workers=2) as fresh:
        assert fresh.room == 4
        wait([fresh.submit(tasks.stall, "x", 0.02) for _ in range(6)])
        assert fresh.room == 4
        assert quickened(fresh).room <= 64


@pytest.mark.parametrize(
    ("word", "problem"),
    [("die", ImageProblem.CRASHED), ("stall", ImageProblem.TIMEOUT), ("hunger", ImageProblem.OUT_OF_MEMORY)],
)
def test_a_bad_one_among_small_ones_costs_exactly_itself(word: str, problem: ImageProblem) -> None:
    with DecodePool.open(workers=2, deadline_s=0.5) as opened:
        pool = quickened(opened)
        names = [f"{word} {number}" if number % 17 == 5 else f"good {number}" for number in range(60)]
        futures = {name: pool.submit(tasks.obey, name, None) for name in names}
        for name, future in futures.items():
            if name.startswith(word):
                assert problem_of(future) == (name, problem)
            else:
                assert future.result(LONG_S).startswith(f"{name} by ")


def test_what_needs_too_much_memory_among_small_ones_costs_its_worker() -> None:
    with DecodePool.open(workers=1) as opened:
        ready = quickened(opened)
        futures = [ready.submit(tasks.obey, name, None) for name in ("a", "hunger", "b")]
        before, after = futures[0].result(LONG_S), futures[2].result(LONG_S)
    assert before.split()[-1] != after.split()[-1]


def test_what_cannot_be_sent_among_small_ones_is_told(pool: DecodePool) -> None:
    ready = quickened(pool)
    futures = [ready.submit(tasks.obey, name, None) for name in ("a", "unpicklable", "b")]
    assert futures[0].result(LONG_S).startswith("a by")
    assert futures[2].result(LONG_S).startswith("b by")
    with pytest.raises(RuntimeError, match="cannot be sent"):
        futures[1].result(LONG_S)


def test_small_ones_do_not_wait_for_a_slow_one(tmp_path: Path) -> None:
    with DecodePool.open(workers=2) as opened:
        pool = quickened(opened)
        slow = pool.submit(tasks.obey, "sleep", None)
        small = [pool.submit(tasks.obey, f"good {number}", None) for number in range(40)]
        for future in small:
            future.result(LONG_S)
        assert not slow.done()


def test_an_urgent_one_overtakes_small_ones_and_what_waits_can_be_cancelled() -> None:
    with DecodePool.open(workers=1) as opened:
        pool = quickened(opened)
        done: list[str] = []
        slow = pool.submit(tasks.obey, "sleep", None)
        waiting = [pool.submit(tasks.obey, f"good {number}", None) for number in range(40)]
        urgent = pool.submit(tasks.obey, "urgent", None, urgent=True)
        for future in (*waiting, urgent):
            future.add_done_callback(lambda future: done.append("" if future.cancelled() else future.result()))
        assert waiting[20].cancel()
        assert slow.result(LONG_S)
        assert not wait([*waiting, urgent], timeout=LONG_S).not_done
        assert waiting[20].cancelled()
    assert next(words for words in done if words).startswith("urgent")
    assert len(done) == 41


def test_closing_ends_small_ones_too() -> None:
    opened = DecodePool.open(workers=2)
    pool = quickened(opened)
    futures = [pool.submit(tasks.obey, "stall" if number < 2 else "good", None) for number in range(30)]
    assert wait_until(lambda: any(future.running() for future in futures))
    pool.close()
    assert not wait(futures, timeout=LONG_S).not_done
    for future in futures:
        with contextlib.suppress(Cancelled, CancelledError):
            assert future.result().startswith("good")


PARENT = """
import sys
from inference.pictures.decode_pool import DecodePool
from tests.inference.pictures import decode_tasks as tasks
if __name__ == "__main__":
    pool = DecodePool.open(workers=2)
    futures = [pool.submit(tasks.touch_and_stall, path, 60.0) for path in sys.argv[1:]]
    futures[0].result()
"""


def is_gone(number: int) -> bool:
    status = Path(f"/proc/{number}/stat")
    try:
        return status.read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@ON_LINUX
def test_busy_workers_do_not_outlive_a_killed_program(tmp_path: Path) -> None:
    script, marks = tmp_path / "program.py", [tmp_path / "one", tmp_path / "two"]
    script.write_text(PARENT, encoding="ascii")
    # From another folder, as a person's program is: workers must find `inference` all the same.
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    program = subprocess.Popen([sys.executable, str(script), *map(str, marks)], cwd=tmp_path, env=environment)
    try:
        assert wait_until(lambda: all(mark.exists() and mark.read_text() for mark in marks))
        workers = [int(mark.read_text()) for mark in marks]
        assert not any(is_gone(number) for number in workers)
    finally:
        program.kill()
        program.wait()
    assert wait_until(lambda: all(is_gone(number) for number in workers), 10.0)


def test_workers_keep_the_terminal_clean(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "from inference.pictures.decode_pool import DecodePool\n"
        "from tests.inference.pictures import decode_tasks as tasks\n"
        "if __name__ == '__main__':\n"
        "    with DecodePool.open(workers=1) as pool:\n"
        "        pool.submit(tasks.chatter, 'x', 'libtiff says').result()\n",
        encoding="ascii",
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=LONG_S
    )
    assert (done.stdout, done.stderr) == (b"", b"")
