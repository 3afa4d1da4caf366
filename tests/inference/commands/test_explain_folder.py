"""A box for the audit is four shares of a picture's sides."""

from __future__ import annotations

import argparse

import pytest

from inference.attention.region import Box
from inference.commands.explain_folder import parse_shares


def test_a_box_is_four_shares() -> None:
    assert parse_shares("0.1,0,0.9,1") == Box(0.1, 0, 0.9, 1)
    for wrong in ("1,2,3", "a,b,c,d", "0.5,0,0.2,1", "0,0,2,1", "-1,0,1,1", "nan,0,1,1"):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_shares(wrong)
