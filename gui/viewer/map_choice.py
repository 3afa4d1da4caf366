"""Say which map a person wants: by which method, of which stage, compared with what; no numpy at import."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gui.words import tr
from inference.attention.methods import FACTS, Method

STAGE_METHODS = frozenset(
    {Method.GRAD_CAM, Method.GRAD_CAM_PLUS_PLUS, Method.HIRES_CAM, Method.LAYER_CAM, Method.XGRAD_CAM}
)
"""Those that can be made at earlier stages (`inference.attention.earlier`, which imports numpy)."""

_EXACT = frozenset({Method.EVIDENCE, Method.HIRES_CAM})


@dataclass(frozen=True, slots=True)
class MapChoice:
    """One kind of map.

    Attributes:
        method: how it is made.
        stage: number of an earlier stage, from 1; None for the last one.
        relative: compared with the average class.
    """

    method: Method = Method.EVIDENCE
    stage: int | None = None
    relative: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether its cells are in logits, and add up with the bias to the logit."""
        return self.stage is None and self.method in _EXACT

    @property
    def is_signed(self) -> bool:
        """Whether it can also speak against the class."""
        return FACTS[self.method].is_signed

    @property
    def depends_on_class(self) -> bool:
        """Whether another class has another map."""
        return FACTS[self.method].depends_on_class

    @property
    def runs_network(self) -> bool:
        """Whether it takes many runs of the network, once for each picture."""
        return FACTS[self.method].runs_network

    @property
    def is_closed_form(self) -> bool:
        """Whether it is computed at once from the feature map."""
        return self.stage is None and not self.runs_network

    @property
    def can_be_relative(self) -> bool:
        """Whether it uses the classes' weights, which can be compared with their mean."""
        return self.depends_on_class and not self.runs_network

    @property
    def possible(self) -> MapChoice:
        """The same, without what the method does not have."""
        stage = self.stage if self.method in STAGE_METHODS else None
        return replace(self, stage=stage, relative=self.relative and self.can_be_relative)


EVIDENCE = MapChoice()
"""What is shown where nobody chose anything."""


def method_name(method: Method) -> str:
    """As the literature calls it."""
    return {
        Method.EVIDENCE: tr("Evidence"),
        Method.GRAD_CAM: "Grad-CAM",
        Method.GRAD_CAM_PLUS_PLUS: "Grad-CAM++",
        Method.HIRES_CAM: "HiResCAM",
        Method.LAYER_CAM: "LayerCAM",
        Method.XGRAD_CAM: "XGrad-CAM",
        Method.EIGEN_CAM: "Eigen-CAM",
        Method.SCORE_CAM: "Score-CAM",
        Method.OCCLUSION: tr("Occlusion"),
    }[method]


def paper_name(method: Method) -> str:
    """Who published it and when: "Selvaraju et al. 2017"."""
    return FACTS[method].paper.split(",")[0]


def full_name(choice: MapChoice) -> str:
    """Method, paper and stage: "LayerCAM (Jiang et al. 2021), stage 3"."""
    paper = paper_name(choice.method).replace(" (CAM)", "")
    name = f"{method_name(choice.method)} ({paper})"
    if choice.stage is None:
        return name
    return tr("{method}, stage {number}").format(method=name, number=choice.stage)
