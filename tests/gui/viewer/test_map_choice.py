"""A choice knows what its method has; what it does not have is left out."""

from __future__ import annotations

import pytest

from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, MapChoice, full_name, method_name, paper_name
from inference.attention.earlier import EARLIER_METHODS, SIGNED_METHODS
from inference.attention.methods import FACTS, Method


def test_the_methods_of_earlier_stages_are_those_of_the_core() -> None:
    assert STAGE_METHODS == EARLIER_METHODS
    assert {method for method in STAGE_METHODS if MapChoice(method, 2).is_signed} == SIGNED_METHODS


@pytest.mark.parametrize("method", list(Method))
def test_what_a_method_has_not_is_left_out(method: Method) -> None:
    possible = MapChoice(method, stage=2, relative=True).possible
    assert possible.method is method
    assert possible.stage == (2 if method in STAGE_METHODS else None)
    facts = FACTS[method]
    assert possible.relative is (facts.depends_on_class and not facts.runs_network)
    assert possible.possible == possible


def test_only_evidence_and_hirescam_add_up_and_only_at_the_last_stage() -> None:
    exact = {method for method in Method if MapChoice(method).is_exact}
    assert exact == {Method.EVIDENCE, Method.HIRES_CAM}
    assert not MapChoice(Method.HIRES_CAM, 3).is_exact
    assert MapChoice(relative=True).is_exact


def test_stages_and_runs_are_no_closed_forms() -> None:
    assert EVIDENCE.is_closed_form
    assert MapChoice(Method.EIGEN_CAM).is_closed_form
    assert not MapChoice(Method.LAYER_CAM, 1).is_closed_form
    assert not MapChoice(Method.SCORE_CAM).is_closed_form


def test_names() -> None:
    assert len({method_name(method) for method in Method}) == len(Method)
    assert paper_name(Method.GRAD_CAM) == "Selvaraju et al. 2017"
    assert full_name(MapChoice(Method.LAYER_CAM, 3)) == "LayerCAM (Jiang et al. 2021), stage 3"
    assert full_name(EVIDENCE) == "Evidence (Zhou et al. 2016)"
