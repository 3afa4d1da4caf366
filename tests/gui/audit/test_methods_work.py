"""What is measured of a picture is what the core says, of the model that was asked and of no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gui.attention.examination import ExaminationBench
from gui.audit.methods_work import Wanted, draw, measure, view_order, write_table
from inference.attention.methods import Method
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.classify.preprocess import PreparedPicture, prepare_picture
from inference.commands import explain_methods
from inference.commands.explanation import MapError
from inference.errors import ImageReadError, InferenceError, OutputWriteError
from main import main
from tests.fakes import FakeNetwork
from tests.inference.commands.explaining import TINY

_WANTED = Wanted("0" * 64, (Method.EVIDENCE, Method.OCCLUSION))


@pytest.fixture
def picture(tmp_path: Path) -> PreparedPicture:
    """As the fake network takes it."""
    path = tmp_path / "a.png"
    Image.fromarray(np.full((12, 12, 3), 90, np.uint8)).save(path)
    return prepare_picture(str(path), view_order(FakeNetwork().contract.preprocessing))


def _bench(network: FakeNetwork, picture: PreparedPicture | None) -> ExaminationBench:
    return ExaminationBench(Classifier(network, batch_size=1), picture, CancelToken(), lambda _done, _total: None)


def test_each_method_is_measured_with_curves(picture: PreparedPicture) -> None:
    measured = measure("/p/a.png", _WANTED, _bench(FakeNetwork(), picture))
    assert measured is not None
    assert [one.method for one in measured] == [Method.EVIDENCE, Method.OCCLUSION]
    assert all(one.curves is not None for one in measured)


def test_another_model_is_not_asked(picture: PreparedPicture) -> None:
    network = FakeNetwork()
    network.model_hash = "1" * 64
    assert measure("/p/a.png", _WANTED, _bench(network, picture)) is None
    assert network.batches == []


def test_what_cannot_be_measured_says_so(picture: PreparedPicture) -> None:
    with pytest.raises(InferenceError, match="nothing to compare"):
        measure("/p/a.png", _WANTED, _bench(FakeNetwork(), None))
    without, bad = FakeNetwork(), FakeNetwork()
    without.head = None
    with pytest.raises(InferenceError, match="nothing to compare"):
        measure("/p/a.png", _WANTED, _bench(without, picture))
    bad.bad_value = 90
    with pytest.raises(ImageReadError):
        measure("/p/a.png", _WANTED, _bench(bad, picture))


def test_the_draw_is_always_the_same_and_in_order() -> None:
    drawn = draw(range(100, 200), 20)
    assert drawn == draw(range(100, 200), 20) == sorted(set(drawn))
    assert len(drawn) == 20
    assert draw([5, 3, 9], 20) == [3, 5, 9]
    # However the gallery is sorted.
    assert draw(range(199, 99, -1), 20) == drawn


def test_the_draw_is_that_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{number:02}.png")
    drawn: list[int] = []

    class Noting:
        def __init__(self, paths: Sequence[str], *_others: object) -> None:
            drawn.extend(int(Path(path).stem) for path in paths)
            raise MapError("That is all that was wanted.")

    monkeypatch.setattr(explain_methods, "_Pictures", Noting)
    profile = str(tmp_path / "profile")
    main(["--profile", profile, "explain", str(tmp_path), "--model", TINY, "--device", "cpu", "--compare-methods", "7"])
    assert drawn == draw(range(30), 7)


def test_a_table_replaces_no_file_that_is_in_use(tmp_path: Path) -> None:
    target = tmp_path / "methods.csv"
    write_table("a,b\r\n", str(target), [])
    assert target.read_bytes() == b"a,b\r\n"
    with pytest.raises(OutputWriteError):
        write_table("c\r\n", str(target), [str(target)])
    assert target.read_bytes() == b"a,b\r\n"
