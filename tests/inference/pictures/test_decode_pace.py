"""Tasks are taken together as long as they are quick, and only those of one kind."""

from hypothesis import given
from hypothesis import strategies as st

from inference.pictures.decode_pace import HANDFUL_S, MOST_TOGETHER, Pace


@given(st.floats(1e-5, 1.0), st.integers(1, MOST_TOGETHER))
def test_a_handful_takes_about_its_time(task_s: float, tasks: int) -> None:
    pace = Pace()
    pace.note(len, "order", task_s * tasks, tasks)
    together = pace.fitting(len, "order")
    assert together == pace.handful
    assert 1 <= together <= MOST_TOGETHER
    assert together == 1 or together * task_s <= HANDFUL_S * (1 + 1e-9)
    assert together == MOST_TOGETHER or (together + 1) * task_s > HANDFUL_S * (1 - 1e-9)


def test_another_kind_of_task_is_unknown() -> None:
    pace, order = Pace(), object()
    assert pace.fitting(len, order) == 1
    pace.note(len, order, 0.002, 1)
    assert pace.fitting(len, order) == 10
    assert pace.fitting(max, order) == 1
    assert pace.fitting(len, object()) == 1


def test_it_follows_what_it_sees() -> None:
    pace = Pace()
    pace.note(len, None, 0.001, 1)
    for _ in range(20):
        pace.note(len, None, 0.1, 1)
    assert pace.handful == 1
    for _ in range(40):
        pace.note(len, None, 0.0016, 16)
    assert pace.handful == MOST_TOGETHER
