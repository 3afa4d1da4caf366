"""A region answers from its cells, beside the whole picture and a run on it alone; what cannot be answered is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gui.attention.examination import ExaminationBench
from gui.attention.region_work import around, ask, first_of, places_of, reading, run_alone, save, strongest
from inference.attention.region import Box
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.classify.postprocess import softmax
from inference.classify.preprocess import prepare_picture
from inference.errors import OutputWriteError
from tests.fakes import CLASSES, FakeNetwork
from tests.gui.attention.examined_pictures import CROP, SIZE, examined_picture, features_of

ZEROS = [[0.0, 0.0], [0.0, 0.0]]
FEATURES = features_of([[8.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 12.0]], ZEROS)
UPPER_LEFT = Box(100.0, 0.0, 200.0, 100.0)


def test_a_cell_says_what_it_holds() -> None:
    examined = examined_picture(FEATURES)
    said = ask(examined, UPPER_LEFT)
    assert said is not None
    assert said.cells == pytest.approx(1.0)
    assert said.rows[0].name == "class 0"
    assert said.rows[0].here == pytest.approx(float(softmax(np.array([8.0, 0, 0, 0, 0, 0]))[0]))
    assert said.rows[0].whole == pytest.approx(float(softmax(examined.inspection.logits)[0]))
    assert [row.alone for row in said.rows] == [None] * 5


def test_a_run_alone_stands_beside_it_with_its_own_best_class() -> None:
    alone = np.zeros(CLASSES, np.float32)
    alone[5] = 9.0
    examined = examined_picture(FEATURES)
    said = ask(examined, UPPER_LEFT, alone)
    assert said is not None
    assert len(said.rows) == 6
    assert said.rows[-1].name == "class 5"
    assert said.rows[-1].alone == pytest.approx(float(softmax(alone)[5]))
    name, score = first_of(examined, alone)
    assert name == "class 5"
    assert score == pytest.approx(float(softmax(alone)[5]))


def test_cells_and_a_box_over_them_say_the_same() -> None:
    examined = examined_picture(FEATURES)
    cells = np.array([[True, False], [True, False]])
    one, other = ask(examined, cells), ask(examined, Box(100.0, 0.0, 200.0, 200.0))
    assert one is not None
    assert other is not None
    assert [row.name for row in one.rows] == [row.name for row in other.rows]
    assert [row.here for row in one.rows] == pytest.approx([row.here for row in other.rows])
    assert ask(examined, Box(0.0, 0.0, 90.0, 200.0)) is None


def test_the_map_gives_its_strongest_cells_or_none() -> None:
    against = features_of([[-1.0, -2.0], [-1.0, 0.0]], [[5.0, 3.0], [3.0, 1.0]], ZEROS)
    examined = examined_picture(against)
    assert strongest(examined, 0) is None
    cells = strongest(examined, 1)
    assert cells is not None
    # 5 of 12 is less than a half, 5 + 3 is more; of equal ones the first in reading order.
    assert places_of(cells) == [(0, 0), (0, 1)]
    box = around(examined, cells)
    assert box is not None
    assert (box.left(), box.top(), box.right(), box.bottom()) == (100.0, 0.0, 300.0, 100.0)
    broken = examined_picture(features_of([[np.nan, 1.0], [1.0, 1.0]], ZEROS, ZEROS))
    assert strongest(broken, 0) is None


def test_the_network_is_asked_about_the_part_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pixels[:, :200] = 90
    Image.fromarray(pixels).save(path)
    examined = examined_picture(FEATURES, str(path))
    network = FakeNetwork()
    for box, light in ((UPPER_LEFT, 90.0), (Box(200.0, 0.0, 400.0, 200.0), 0.0)):
        picture = prepare_picture(str(path), reading(examined, box))
        bench = ExaminationBench(Classifier(network, batch_size=1), picture, CancelToken(), lambda _done, _total: None)
        logits = run_alone(examined, box, bench)
        assert logits is not None
        # The fake's first logit is the mean of what it was shown.
        assert float(logits[0]) == pytest.approx(light, abs=1.0)
    assert network.batches == [1, 1]
    outside = run_alone(examined, Box(500.0, 0.0, 600.0, 50.0), bench)
    assert outside is None


def test_saving_refuses_what_is_there_and_what_lies_outside(tmp_path: Path) -> None:
    examined = examined_picture(FEATURES)
    save(str(tmp_path / "a.txt"), examined, UPPER_LEFT, 2)
    assert (tmp_path / "a.txt").read_text() == "2 0.375000 0.250000 0.250000 0.500000\n"
    with pytest.raises(OutputWriteError, match="there already"):
        save(str(tmp_path / "a.txt"), examined, UPPER_LEFT, 2)
    with pytest.raises(OutputWriteError, match="within the picture"):
        save(str(tmp_path / "b.txt"), examined, Box(-50.0, 0.0, 0.0, 100.0), 2)
    save(str(tmp_path / "c.npy"), examined, np.array([[False, True], [False, False]]), 1)
    mask = np.load(tmp_path / "c.npy")
    assert mask.shape == (SIZE[1], SIZE[0])
    assert mask[: int(CROP.bottom / 2), 200:300].all()
    assert mask.sum() == 100 * 100
