"""Name the methods that make maps, and say of each what a reader must know before comparing them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How a map is made."""

    EVIDENCE = "evidence"
    GRAD_CAM = "grad-cam"
    GRAD_CAM_PLUS_PLUS = "grad-cam++"
    HIRES_CAM = "hirescam"
    LAYER_CAM = "layercam"
    XGRAD_CAM = "xgrad-cam"
    EIGEN_CAM = "eigen-cam"
    SCORE_CAM = "score-cam"
    OCCLUSION = "occlusion"


class Unit(StrEnum):
    """What the numbers of a map are."""

    LOGITS = "logits"
    """Shares of a logit; of a signed map, cells and bias add up to it."""
    LOGIT_DROP = "logits lost"
    """How much the logit falls when the cell is hidden; these do not add up to anything."""
    NONE = "no unit"
    """Only the order and the proportions mean something."""


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """What is true of a method at the last stage of a network with pooling and one linear layer.

    Attributes:
        paper: where it was published.
        unit: what its numbers are.
        is_signed: whether it can also speak against the class.
        depends_on_class: whether another class has another map.
        runs_network: whether it needs runs of its own (else it is computed from the feature map at hand).
    """

    paper: str
    unit: Unit
    is_signed: bool = False
    depends_on_class: bool = True
    runs_network: bool = False


FACTS = {
    Method.EVIDENCE: MethodFacts("Zhou et al. 2016 (CAM), eq. 2, sign and scale kept", Unit.LOGITS, is_signed=True),
    Method.GRAD_CAM: MethodFacts("Selvaraju et al. 2017, eq. 1 and 2", Unit.LOGITS),
    Method.GRAD_CAM_PLUS_PLUS: MethodFacts("Chattopadhay et al. 2018, eq. 5, 7 and 19", Unit.NONE),
    Method.HIRES_CAM: MethodFacts("Draelos and Carin 2020, eq. 5", Unit.LOGITS, is_signed=True),
    Method.LAYER_CAM: MethodFacts("Jiang et al. 2021, eq. 5 to 7", Unit.NONE),
    Method.XGRAD_CAM: MethodFacts("Fu et al. 2020, eq. 8 and 9", Unit.LOGITS),
    Method.EIGEN_CAM: MethodFacts("Muhammad and Yeasin 2020", Unit.NONE, depends_on_class=False),
    Method.SCORE_CAM: MethodFacts("Wang et al. 2020, algorithm 1", Unit.NONE, runs_network=True),
    Method.OCCLUSION: MethodFacts(
        "Zeiler and Fergus 2014, section 4.2", Unit.LOGIT_DROP, is_signed=True, runs_network=True
    ),
}
