"""The `--alone` of `explain`: cut a region out of the picture and run the network on nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from inference.attention.region import Box
from inference.attention.region_run import cut_out, reading_order
from inference.attention.runs import CopyRunner
from inference.classify.classifier import Classifier
from inference.classify.postprocess import top_predictions
from inference.classify.preprocess import prepare_picture
from inference.commands.explain_words import answers_in_words
from inference.commands.explanation import Look, MapError
from inference.pictures.decode_pool import DecodePool
from inference.results import Prediction

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AskedAlone:
    """What the network says of a part that is cut out.

    Attributes:
        box: what was cut out, in upright original pixels.
        size: (width, height) of the input that the network was given.
        predictions: the best classes.
        answers: the same in words.
    """

    box: Box
    size: tuple[int, int]
    predictions: tuple[Prediction, ...]
    answers: str

    def in_words(self) -> Iterator[str]:
        """Line by line."""
        box = self.box
        corners = ",".join(f"{side:.1f}".removesuffix(".0") for side in (box.left, box.top, box.right, box.bottom))
        yield f"Cut out ({corners}) and run alone, with nothing around it: {self.answers}"

    def as_fields(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "box": asdict(self.box),
            "input": list(self.size),
            "predictions": [asdict(one) for one in self.predictions],
        }


def ask_alone(box: Box, look: Look, classifier: Classifier, pool: DecodePool) -> AskedAlone:
    """Read the picture again, as finely as the part needs, cut the part out and run the network once.

    Args:
        box: in upright original pixels, within the picture and not empty.
        look: the picture.
        classifier: with the open network.
        pool: reads the picture.

    Raises:
        ImageReadError: the picture cannot be read again.
        InferenceError: the network cannot run, takes no pictures of that shape, or gives no valid numbers.
        MapError: what was read shows nothing of the part.
    """
    facts, contract = look.classification.facts, classifier.network.contract
    order = reading_order(contract.preprocessing, (facts.width, facts.height), box)
    prepared = pool.submit(prepare_picture, look.classification.path, order).result()
    image = cut_out(prepared.input, prepared.crop, box, contract.preprocessing)
    if image is None:
        raise MapError("The region lies beside what can be read of so long a picture, so it cannot be asked alone.")
    logits = CopyRunner(classifier.network).run_one(image)
    best = top_predictions(logits, contract.labels, _SHOWN)
    return AskedAlone(box, (image.shape[1], image.shape[0]), best, answers_in_words(best, contract))
