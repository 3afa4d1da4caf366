"""Score-CAM's parts against PyTorch's, and its sum written out plainly on a network whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.runs import CopyRunner
from inference.attention.score_cam import enlarged, masked_pictures, score_cam, stretched
from inference.cancel import Cancelled, CancelToken
from tests.fakes import FakeNetwork


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(1, 6)),
        elements=st.floats(-10, 10, width=32),
    ),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_enlarged_as_pytorch_does(channel: np.ndarray, size: tuple[int, int]) -> None:
    theirs = torch.nn.UpsamplingBilinear2d(size=size)(torch.from_numpy(channel.copy())[None, None])[0, 0].numpy()
    np.testing.assert_allclose(enlarged(channel, size), theirs, atol=1e-4)


def test_stretched_to_0_and_1_and_a_constant_to_0() -> None:
    np.testing.assert_allclose(stretched(np.array([[2.0, 4.0]], np.float32)), [[0, 1]], atol=1e-6)
    assert not stretched(np.full((2, 2), 3.0, np.float32)).any()


def test_a_mask_hides_with_the_mean_colour() -> None:
    image = np.full((8, 8, 3), 255, np.uint8)
    features = np.array([[[0.0, 1.0]]], np.float32)
    (masked,) = masked_pictures(image, features, (0.4, 0.4, 0.4))
    assert (masked[:, 0] == 102).all()
    assert (masked[:, -1] == 255).all()
    assert (image == 255).all()


def test_weights_are_the_softmax_of_the_scores() -> None:
    network = FakeNetwork()
    image = np.full((8, 8, 3), 130, np.uint8)
    features = np.stack([np.eye(2, dtype=np.float32), np.array([[0, 2], [0, 0]], np.float32)])
    made = score_cam(CopyRunner(network), image, features, 0)
    masked = masked_pictures(image, features, network.contract.preprocessing.mean)
    scores = np.array([one.mean(dtype=np.float64) for one in masked])
    weights = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    np.testing.assert_allclose(made, weights[0] * features[0] + weights[1] * features[1], atol=1e-4)
    against_flat = score_cam(CopyRunner(network), image, features, 0, rival=3)
    np.testing.assert_allclose(against_flat, made, atol=1e-4)
    assert score_cam(CopyRunner(network), image, features, 3, rival=0).argmax() != made.argmax()


def test_it_can_be_stopped() -> None:
    network, cancel = FakeNetwork(), CancelToken()
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(total)
        cancel.cancel()

    runner = CopyRunner(network, batch_size=2, on_progress=stop, cancel=cancel)
    with pytest.raises(Cancelled):
        score_cam(runner, np.zeros((8, 8, 3), np.uint8), np.ones((9, 2, 2), np.float32), 0)
    assert network.batches == [2]
    assert told == [9]
