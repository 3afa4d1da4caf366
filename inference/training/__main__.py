"""Start the PyTorch steps from another process: `python -m inference.training ...` answers in JSON lines."""

import argparse
import sys
from pathlib import Path
from typing import Any

from inference.models.answering import answer
from inference.models.progress import OnProgress
from inference.models.request import add_request_arguments, request_from


def main(argv: list[str] | None = None) -> int:
    """Run the step that the arguments name; 0, or 1 after an error line."""
    arguments = _parser().parse_args(argv)

    def work(on_progress: OnProgress) -> dict[str, Any]:
        # torch takes seconds to import; bad usage should be told at once.
        if arguments.step == "builtin":
            from inference.training.builtin import BuiltinParts, make_builtin  # noqa: PLC0415

            names = ("weights", "card", "classes", "calibrate", "validate", "date")
            parts = BuiltinParts(**{name: getattr(arguments, name) for name in names})
            contract = make_builtin(parts, arguments.target, on_progress)
        else:
            from inference.training.convert import convert  # noqa: PLC0415

            contract = convert(arguments.weights, arguments.target, request_from(arguments), on_progress)
        return {"name": contract.name, "torch_difference": contract.torch_difference}

    return answer(work)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference.training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    convert = steps.add_parser("convert", help="make a model file from PyTorch weights")
    convert.add_argument("--weights", type=Path, required=True, help=".pth, .pt or .safetensors file")
    convert.add_argument("--target", type=Path, required=True, help="the .onnx file to write")
    add_request_arguments(convert)
    builtin = steps.add_parser("builtin", help="make the model that the program ships")
    for name in ("weights", "card", "classes", "calibrate", "validate", "target"):
        builtin.add_argument(f"--{name}", type=Path, required=True)
    builtin.add_argument("--date", required=True, help="of the measurement, YYYY-MM-DD")
    return parser


if __name__ == "__main__":
    sys.exit(main())
