"""Try on this computer's card what may be faster there, in a process of its own that may die."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inference.models.answering import answer
from inference.models.progress import OnProgress


def main(argv: list[str] | None = None) -> int:
    """Try the model that the arguments name and remember what came of it; 0, or 1 after an error line."""
    parser = argparse.ArgumentParser(prog="python -m inference.commands.trying_card", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--hash", required=True, help="SHA-256 of the model file")
    parser.add_argument("--device", required=True)
    parser.add_argument("--cache", type=Path, required=True, help="the profile's folder for what can be made again")
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args(argv)

    def work(_on_progress: OnProgress) -> dict[str, Any]:
        # These take time to import; bad usage should be told at once.
        from inference.engine.card.choice import CardChoices  # noqa: PLC0415
        from inference.engine.card.learning import learn_card  # noqa: PLC0415
        from inference.engine.card.opening import Model  # noqa: PLC0415
        from inference.engine.devices import Device  # noqa: PLC0415

        device = Device(arguments.device)
        model = Model.of(arguments.model, arguments.hash, device, arguments.cache, arguments.threads)
        # All of it: what is remembered here is gone with this process where the disk cannot be written.
        return asdict(learn_card(model, CardChoices(arguments.cache)))

    return answer(work)


if __name__ == "__main__":
    sys.exit(main())
