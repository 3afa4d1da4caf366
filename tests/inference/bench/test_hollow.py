"""What stands in for decoding and for the network has the shape of the real thing and does none of its work."""

from __future__ import annotations

import contextlib

import numpy as np

from inference.bench.hollow import HollowNetwork, hand_back, hollow_picture
from inference.bench.onnx_runs import noise
from inference.classify.classifier import Classifier
from inference.classify.preprocess import PrepareOrder
from inference.engine.network import Network
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification
from tests.conftest import PROJECT_ROOT

TINY = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"


def test_a_classifier_makes_full_answers_of_it_without_another_run() -> None:
    with contextlib.closing(Network.open(TINY, device="cpu")) as network:
        hollow = HollowNetwork(network, noise(3, network.contract.preprocessing.crop))
        picture = hollow_picture(PrepareOrder(network.contract.preprocessing))
    # The network is closed: an answer that ran it would fail.
    answers = Classifier(hollow, batch_size=3).classify(["/a", "/b", "/c"], [picture] * 3)
    outcomes = [answer.outcome for answer in answers]
    assert all(isinstance(one, Classification) for one in outcomes)
    assert [one.path for one in outcomes] == ["/a", "/b", "/c"]
    first = outcomes[0]
    assert isinstance(first, Classification)
    assert first.device == "cpu"
    assert first.evidence is not None
    assert hollow.head is not None
    assert (hollow.refusals, hollow.precision.value, len(hollow.model_hash)) == (network.refusals, "float32", 64)
    hollow.close()


def test_a_decode_process_hands_back_pixels_of_the_networks_size_without_a_file() -> None:
    with contextlib.closing(Network.open(TINY, device="cpu")) as network:
        order = PrepareOrder(network.contract.preprocessing)
    with DecodePool.open(workers=1) as pool:
        picture = pool.submit(hand_back, "/there/is/no/such/file", order).result(60)
    side = order.preprocessing.crop
    assert picture.input.shape == (side, side, 3)
    assert picture.input.dtype == np.uint8
    assert (picture.input == hollow_picture(order).input).all()
