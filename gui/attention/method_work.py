"""Make the maps that take runs of the network, for the map's controls: of earlier stages, by Score-CAM, by occlusion.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from gui.viewer.map_choice import STAGE_METHODS
from inference.arrays import EvidenceMap, Logits
from inference.attention.earlier import class_direction, stage_map
from inference.attention.methods import Method
from inference.attention.occlusion import drop_map, run_occluded
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.score_cam import run_masked, score_map
from inference.cancel import CancelToken
from inference.engine.gradient_network import GradientNetwork
from inference.engine.priority import threads_beside_a_window
from inference.models.catalog import find_model
from inference.models.gradient_file import NoGradientsError, has_gradient_file
from inference.models.progress import OnProgress
from inference.profile import Profile

__all__ = ["GradientNetwork", "NoGradientsError"]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What the network said of many changed copies of one picture; from it any class has a map without a run.

    Attributes:
        method: Score-CAM or occlusion.
        logits: (N, C) float32, of the N copies.
    """

    method: Method
    logits: Logits


def runs_of(method: Method, examined: Examined) -> int:
    """How many runs a method takes for one picture; 0 where there is no feature map."""
    features = examined.inspection.features
    if features is None:
        return 0
    return len(features) if method is Method.SCORE_CAM else features.shape[1] * features.shape[2]


def try_copies(method: Method, examined: Examined, bench: ExaminationBench) -> Tried | None:
    """Run the network on all changed copies that a method asks for. Runs on: the thread that owns the network.

    Returns:
        None where the model has no feature map.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    features = examined.inspection.features
    if features is None:
        return None
    runner = CopyRunner(bench.classifier.network, on_progress=bench.on_progress, cancel=bench.cancel)
    if method is Method.SCORE_CAM:
        return Tried(method, run_masked(runner, examined.inspection.image, features))
    seen = SeenPicture(examined.inspection.image, examined.inspection.logits)
    return Tried(method, run_occluded(runner, seen, (features.shape[1], features.shape[2])))


def tried_map(tried: Tried, examined: Examined, class_index: int) -> EvidenceMap | None:
    """The (h, w) map of a class from what was tried; None where there is no feature map."""
    features = examined.inspection.features
    if features is None:
        return None
    if tried.method is Method.SCORE_CAM:
        return score_map(tried.logits, features, class_index)
    grid = (features.shape[1], features.shape[2])
    return drop_map(examined.inspection.logits, tried.logits, grid, class_index)


def stage_maps(
    gradients: GradientNetwork, examined: Examined, class_index: int, bench: ExaminationBench, *, relative: bool
) -> Mapping[tuple[int, Method], EvidenceMap]:
    """One run forwards and backwards: the maps of every stage by every method that uses gradients.

    Runs on: the thread that owns the network, where nothing else computes meanwhile.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: it cannot be run, or gives no valid numbers.
    """
    direction = class_direction(gradients.facts.classes, class_index, relative=relative)
    run = gradients.run(examined.inspection.image, direction, cancel=bench.cancel)
    return {
        (stage, method): stage_map(method, run, stage).contributions
        for stage in gradients.stages
        for method in STAGE_METHODS
    }


def open_gradients(
    name: str, model_hash: str, profile: Profile, on_progress: OnProgress, cancel: CancelToken, *, may_write: bool
) -> GradientNetwork | NoGradientsError | None:
    """The gradients of a model, or why it has none. Runs on: a worker thread; the first time it waits for a child.

    Args:
        name: of the model.
        model_hash: of its file.
        profile: whose cache holds the gradients.
        on_progress: told that they are being written.
        cancel: ends that.
        may_write: whether they are written where they are not there yet; otherwise the answer is None.

    Raises:
        CardinalError: they cannot be made or opened.
        Cancelled: if `cancel` was used.
    """
    if not may_write and not has_gradient_file(model_hash, profile):
        return None
    model = find_model(name, profile, try_out=False)
    try:
        return GradientNetwork.open(
            model.path,
            profile,
            model_hash=model_hash,
            threads=threads_beside_a_window(),
            on_progress=on_progress,
            cancel=cancel,
        )
    except NoGradientsError as error:
        return NoGradientsError(model.contract.title, error.reason)
