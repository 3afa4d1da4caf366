"""Compare the methods on a folder of pictures in the literature's figures and print a small table.

    uv run python -m tests.benchmarks.attention_figures FOLDER [MODEL [MOST]]

FOLDER is searched for pictures, MODEL is an installed model or a file (default: the built-in one), MOST says how many
pictures are taken at most. Score-CAM is left out: it takes as many runs for each picture as the feature map has
channels. Average drop and increase: Chattopadhay et al. (2018), section 4.1; areas: Petsiuk et al. (2018), section 4.2.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from inference.attention.figures import compare_methods
from inference.attention.finer import view_order
from inference.attention.making import InspectedPicture
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.classifier import Classifier
from inference.classify.opening import open_classifier
from inference.classify.preprocess import prepare_picture
from inference.errors import ImageReadError
from inference.profile import Profile

METHODS = tuple(method for method in Method if method is not Method.SCORE_CAM)


def _pictures(folder: Path, classifier: Classifier) -> Iterator[InspectedPicture]:
    order = view_order(classifier.network.contract.preprocessing)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        try:
            prepared = prepare_picture(str(path), order)
        except ImageReadError:
            continue
        inspection = classifier.classify([str(path)], [prepared], inspect=True)[0].inspection
        if inspection is not None and inspection.features is not None:
            yield InspectedPicture(SeenPicture(prepared.input, inspection.logits), inspection.features)


def _main(folder: str, model: str | None = None, most: str = "100") -> None:
    classifier = open_classifier(model, "cpu", Profile.default(), batch_size=1)
    network = classifier.network
    if network.head is None:
        sys.exit("The model has no exact maps.")
    pictures = islice(_pictures(Path(folder), classifier), int(most))
    table = compare_methods(CopyRunner(network), pictures, network.head, METHODS, with_curves=True)
    sys.stdout.write(f"{network.contract.title}, {table[0].pictures} pictures\n")
    sys.stdout.write(f"{'method':<12}{'drop':>8}{'increase':>10}{'deletion':>10}{'insertion':>11}\n")
    for row in table:
        sys.stdout.write(
            f"{row.method.value:<12}{row.average_drop:>8.4f}{row.average_increase:>10.4f}"
            f"{row.deletion_area or 0:>10.4f}{row.insertion_area or 0:>11.4f}\n"
        )
    network.close()


if __name__ == "__main__":
    _main(*sys.argv[1:])
