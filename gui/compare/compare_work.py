"""Find and draw what a comparison shows: answers, pixels, maps on one scale.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF

from gui.attention.examination import ExaminationBench
from gui.compare.answers import PictureAnswer, Pixels, Speaker
from gui.compare.compare_panel import PanelMap
from gui.map_maker import Account, MapMaker
from gui.qimage import rgb_to_qimage
from gui.viewer.ledger_words import LedgerEntry
from gui.viewer.map_mode import MapMode, MapRemark
from inference.arrays import EvidenceMap
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.classify.opening import open_classifier
from inference.classify.postprocess import softmax
from inference.classify.preprocess import PreparedPicture, PrepareOrder
from inference.engine.priority import threads_beside_a_window
from inference.errors import InferenceError
from inference.models.contract import ModelContract
from inference.profile import Profile
from inference.results import Failure, PictureFacts, Prediction

LONGEST_SIDE = 1600
"""Of a compared picture, in pixels; it is never enlarged."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What one panel shows of one class.

    Attributes:
        share: the class's score, 0...1.
        map: what is laid over the picture, or None where there is no map.
        contributions: the map's numbers where it is drawn, (h, w) float32 in logits.
        entry: how the logit comes about, or None where there is no map.
        remark: what must be said of the map.
    """

    share: float
    map: PanelMap | None
    contributions: EvidenceMap | None
    entry: LedgerEntry | None
    remark: MapRemark


def answer(path: str, bench: ExaminationBench) -> PictureAnswer:
    """Ask the open model about one picture. Runs on: the thread that owns the network.

    Raises:
        Cancelled: nobody wants it any more.
        CardinalError: the network cannot run, or gives no valid numbers.
    """
    if bench.picture is None:
        raise InferenceError("no picture was read for it.")
    return _answer(bench.classifier, path, bench.picture, bench.cancel)


def read(bench: ExaminationBench) -> Pixels:
    """The picture for looking at; nothing is asked of the network. Runs on: the thread that owns the network."""
    if bench.picture is None:
        raise InferenceError("no picture was read for it.")
    return Pixels(rgb_to_qimage(bench.picture.input), bench.picture.input, bench.picture.crop)


def pass_on(bench: ExaminationBench) -> PreparedPicture | None:
    """The picture as another model wants it; nothing is asked of this network."""
    return bench.picture


def answering_order(contract: ModelContract) -> PrepareOrder:
    """How a model wants pictures to be read."""
    return PrepareOrder(contract.preprocessing)


def reading_order(facts: PictureFacts, contract: ModelContract) -> PrepareOrder:
    """How to read a whole picture for looking at: as large as it is, and at most `LONGEST_SIDE`."""
    short, long = min(facts.width, facts.height), max(facts.width, facts.height)
    side = max(1, round(short * min(1.0, LONGEST_SIDE / long)))
    return PrepareOrder(replace(contract.preprocessing, resize=side, crop=side, antialias=True), whole=True)


def second_answer(
    model: str, device: str, profile: Profile, path: str, picture: PreparedPicture, cancel: CancelToken
) -> PictureAnswer:
    """Open another model, ask it about one picture, and close it again. Runs on: a worker thread.

    Args:
        model: its name.
        device: "auto" or the name of one.
        profile: where models lie.
        path: of the picture.
        picture: read as this model wants it.
        cancel: ends it before and after the model is opened, and a run under way.

    Raises:
        Cancelled: nobody wants it any more.
        CardinalError: the model cannot be opened or run.
    """
    cancel.raise_if_set()
    classifier = open_classifier(model, device, profile, batch_size=1, threads=threads_beside_a_window())
    try:
        cancel.raise_if_set()
        return _answer(classifier, path, picture, cancel)
    finally:
        classifier.network.close()


def _answer(classifier: Classifier, path: str, picture: PreparedPicture, cancel: CancelToken) -> PictureAnswer:
    network = classifier.network
    labels = network.contract.labels
    # All classes are ranked: a model without exact maps keeps no logits, and any class may be compared.
    asked = Classifier(network, batch_size=1, top_count=len(labels))
    said = asked.classify([path], [picture], inspect=True, cancel=cancel)[0]
    if isinstance(said.outcome, Failure):
        raise said.outcome.error
    return PictureAnswer(Speaker(network.contract, network.head), said.outcome, said.inspection, network.precision)


def best(answered: PictureAnswer, count: int) -> tuple[Prediction, ...]:
    """The model's best classes of the picture."""
    return answered.classification.predictions[:count]


def share_of(answered: PictureAnswer, class_index: int) -> float:
    """The score of a class, 0...1; without logits all classes are ranked."""
    if answered.inspection is not None:
        return float(softmax(answered.inspection.logits)[class_index])
    shares = {prediction.index: prediction.probability for prediction in answered.classification.predictions}
    return shares[class_index]


def draw(answered: PictureAnswer, class_index: int, mode: MapMode, scale: float, pixels: Pixels | None) -> Drawn:
    """The score and the map of a class, from what is known already: no run of the network.

    Args:
        answered: what the model says.
        class_index: of that model.
        mode: how maps are drawn.
        scale: s of the scale -s...+s that all panels share, in logits.
        pixels: what lies on screen; the map's place depends on it.
    """
    speaker, said = answered.speaker, answered.classification
    share = share_of(answered, class_index)
    contract = replace(speaker.contract, evidence_scale=scale)
    maker = MapMaker(contract, speaker.head, precision=answered.precision)
    if not maker.has_maps:
        return Drawn(share, None, None, None, MapRemark.NONE)
    contributions = maker.contributions(class_index, said, answered.inspection)
    if contributions is None:
        return Drawn(share, None, None, None, MapRemark.BEST_CLASSES_ONLY)
    account = maker.account(class_index, contributions, said, answered.inspection)
    shown = maker.on_screen(class_index, contributions, said, mode, account=account.ledger)
    is_drawn = shown.overlay is not None or len(shown.lines) > 0
    box = said.crop if pixels is None else pixels.within(said.crop)
    lines = tuple(QLineF(*piece) for piece in shown.lines.tolist())
    panel_map = PanelMap(shown.overlay, lines, box, mode is MapMode.SPOTLIGHT, shown.cells)
    return Drawn(share, panel_map, contributions if is_drawn else None, _entry(account), shown.remark)


def _entry(account: Account) -> LedgerEntry:
    parts = account.ledger
    return LedgerEntry(
        positive=parts.supporting,
        negative=parts.opposing,
        bias=parts.bias,
        logit=parts.logit,
        network=account.network_logit,
        adds_up=account.adds_up,
        is_approximate=account.is_approximate,
    )
