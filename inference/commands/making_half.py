"""Write a model's form in float16, in a process of its own that may die."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from inference.models.answering import answer
from inference.models.progress import OnProgress


def main(argv: list[str] | None = None) -> int:
    """Write the file that the arguments describe; 0, or 1 after an error line.

    The result says why the model was refused, or None where the file is there.
    """
    parser = argparse.ArgumentParser(prog="python -m inference.commands.making_half", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--target", type=Path, required=True)
    arguments = parser.parse_args(argv)

    def work(_on_progress: OnProgress) -> dict[str, Any]:
        # It takes time to import; bad usage should be told at once.
        from inference.models.half.conversion import write_half  # noqa: PLC0415
        from inference.models.half.half_file import NoHalfError  # noqa: PLC0415

        try:
            write_half(arguments.source, arguments.target)
        except NoHalfError as error:
            return {"refused": str(error)}
        return {"refused": None}

    return answer(work)


if __name__ == "__main__":
    sys.exit(main())
