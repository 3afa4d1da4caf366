"""Say what the second file of a model, which computes gradients, is called and what it tells about itself."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

FACTS_KEY = "cardinal.gradients"
"""The ONNX metadata key that holds the facts as JSON."""

VERSION = 1
"""Raised when the graph is written in another way; files of another version are made again."""

GRAPH_FILE = "gradients.onnx"
WEIGHTS_FILE = "weights.bin"
SUMS_FILE = "sha256"
"""Checksums of the other two, in the form that `sha256sum --check` reads."""

DIRECTION_NAME = "direction"
"""The graph's second input, (M, C) float32: for which sum of logits gradients are wanted."""


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One stage: its number from 1, and how many channels it gives."""

    number: int
    channels: int


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """One learned tensor: its name in the graph, its shape, and what its values are like."""

    name: str
    shape: tuple[int, ...]
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class Part:
    """What is randomised together: "head", "stage 4" and so on, "stem"."""

    name: str
    tensors: tuple[TensorFacts, ...]


@dataclass(frozen=True, slots=True)
class GradientFacts:
    """What a gradient file says about itself.

    Attributes:
        classes: C.
        stages: first to last; the last gives the feature map before pooling.
        parts: from the head back to the first layer.
    """

    classes: int
    stages: tuple[StageFacts, ...]
    parts: tuple[Part, ...]

    def to_json(self) -> str:
        """The form that is stored under `FACTS_KEY`."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> GradientFacts:
        """Read that form.

        Raises:
            ValueError: the text is something else.
        """
        try:
            fields = json.loads(text)
            return cls(
                int(fields["classes"]),
                tuple(StageFacts(**stage) for stage in fields["stages"]),
                tuple(
                    Part(
                        part["name"],
                        tuple(TensorFacts(**one | {"shape": tuple(one["shape"])}) for one in part["tensors"]),
                    )
                    for part in fields["parts"]
                ),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no facts about gradients ({error})") from error


def activations_name(stage: int) -> str:
    """The graph output with what a stage gives, (N, K, h, w)."""
    return f"activations_{stage}"


def gradients_name(stage: int) -> str:
    """The graph output with the gradients there, (M, K, h, w)."""
    return f"gradients_{stage}"
