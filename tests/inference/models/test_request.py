"""What a person says arrives in the child unchanged."""

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.models.contract import Preprocessing
from inference.models.request import ModelRequest, add_request_arguments, request_from

number = st.floats(-10, 10, allow_nan=False)
triple = st.none() | st.tuples(number, number, number)
pixels = st.none() | st.integers(1, 4096)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(
    request=st.builds(
        ModelRequest,
        name=words,
        title=words,
        labels=st.none() | words.filter(bool).map(Path),
        mean=triple,
        std=triple,
        resize=pixels,
        crop=pixels,
    )
)
def test_through_the_command_line_and_back(request: ModelRequest) -> None:
    parser = argparse.ArgumentParser()
    add_request_arguments(parser)
    assert request_from(parser.parse_args(request.to_arguments())) == request


USUAL = Preprocessing(256, 224, assumed=True)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (ModelRequest("m"), None),
        (ModelRequest("m", crop=112), Preprocessing(128, 112)),
        (ModelRequest("m", resize=300), Preprocessing(300, 224)),
        (ModelRequest("m", resize=100), Preprocessing(100, 100)),
        (ModelRequest("m", resize=64, crop=64), Preprocessing(64, 64)),
        (ModelRequest("m", mean=(0.5, 0.5, 0.5)), Preprocessing(256, 224, mean=(0.5, 0.5, 0.5))),
    ],
)
def test_what_is_not_said_stays_usual(request_: ModelRequest, expected: Preprocessing | None) -> None:
    assert request_.preprocessing(USUAL) == expected
