"""Write the graph of a model's gradients, in a process of its own that may die."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from inference.errors import OutputWriteError
from inference.models.answering import answer
from inference.models.progress import OnProgress


def main(argv: list[str] | None = None) -> int:
    """Write the files that the arguments describe; 0, or 1 after an error line.

    The result says why the model was refused, or None where the files are there.
    """
    parser = argparse.ArgumentParser(prog="python -m inference.commands.making_gradients", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder")
    arguments = parser.parse_args(argv)

    def work(_on_progress: OnProgress) -> dict[str, Any]:
        # These take time to import; bad usage should be told at once.
        from inference.models.adopt.gradient_graph import (  # noqa: PLC0415
            NoGradientGraphError,
            write_gradient_graph,
        )

        try:
            write_gradient_graph(arguments.source, arguments.folder)
        except NoGradientGraphError as error:
            return {"refused": str(error)}
        except OSError as error:
            raise OutputWriteError(str(arguments.folder), f"{error.strerror or error}.") from error
        return {"refused": None}

    return answer(work)


if __name__ == "__main__":
    sys.exit(main())
