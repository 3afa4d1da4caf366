"""The options that several commands share."""

from __future__ import annotations

import argparse

from inference.engine.devices import AUTO, Device


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """The options that say which model runs where."""
    parser.add_argument("--model", metavar="NAME|FILE", help="an installed model or an .onnx file (default: built-in)")
    parser.add_argument(
        "--device",
        choices=[AUTO, *(device.value for device in Device)],
        default=AUTO,
        help="where the network runs; a device that cannot run is an error, never replaced",
    )


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
