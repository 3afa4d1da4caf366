"""Make a model file from PyTorch weights: official ones by name, anybody's by their shapes."""

from dataclasses import replace
from pathlib import Path

from inference.errors import ModelContractError
from inference.models.adopt.adoption import AdoptOptions, replace_contract
from inference.models.checksum import sha256_of
from inference.models.contract import Label, Measurement, ModelContract, Preprocessing, Source
from inference.models.official import OfficialWeights, find_weights
from inference.models.progress import OnProgress, Progress
from inference.models.request import ModelRequest
from inference.training.architecture import CONFIGS, RESNEXT26_8X8D_TINY, ResNeXtConfig, describe
from inference.training.export import export
from inference.training.verify import verify
from inference.training.weights import build_network, infer_config, load_weights

_STEPS = 4


def convert(weights: Path, target: Path, request: ModelRequest, on_progress: OnProgress) -> ModelContract:
    """Load `weights`, export them to `target`, and keep `target` only if it equals the PyTorch network.

    Raises:
        CardinalError: if the weights are refused, do not fit the network, or the result differs; then no target.
    """
    on_progress(Progress("Reading weights", 0, _STEPS))
    tensors = load_weights(weights)
    official = find_weights(request.network, request.version) if request.network else None
    config = CONFIGS[official.network] if official else infer_config(tensors, str(weights))
    network = build_network(config, tensors, str(weights))
    options = _official_options(official, config, weights) if official else _options(config, request, weights)
    options = replace(options, name=request.name or options.name, title=request.title or options.title)
    try:
        on_progress(Progress("Exporting", 1, _STEPS))
        contract = export(network, target, options)
        on_progress(Progress("Comparing with PyTorch", 2, _STEPS))
        contract = replace(contract, torch_difference=verify(network, target, contract.preprocessing))
        on_progress(Progress("Writing", 3, _STEPS))
        replace_contract(target, contract)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return contract


def imagenet_labels() -> tuple[Label, ...]:
    """The 1,000 classes of ImageNet-1k in class order, by torchvision's names."""
    # torchvision takes seconds to import and is needed for nothing else.
    from torchvision.models import ResNeXt50_32X4D_Weights  # noqa: PLC0415

    return tuple(Label(name) for name in ResNeXt50_32X4D_Weights.IMAGENET1K_V2.meta["categories"])


def _official_options(official: OfficialWeights, config: ResNeXtConfig, weights: Path) -> AdoptOptions:
    digest = sha256_of(weights)
    # Somebody's mirror may serve other weights under such a name; only the real ones have the real ones' merits.
    genuine = digest.startswith(official.hash_prefix)
    stated = Measurement("ImageNet-1k validation, as stated by torchvision", 50_000, official.top1, official.top5)
    return AdoptOptions(
        name=official.name,
        title=official.title if genuine else f"{official.title} (not torchvision's weights)",
        labels=imagenet_labels(),
        preprocessing=official.preprocessing,
        architecture=describe(config, official.preprocessing.crop),
        source=Source(official.official_url, digest, official.licence) if genuine else Source(sha256=digest),
        measured=(stated,) if genuine else (),
    )


def _options(config: ResNeXtConfig, request: ModelRequest, weights: Path) -> AdoptOptions:
    as_built_in = config.stem == RESNEXT26_8X8D_TINY.stem
    usual = Preprocessing(72, 72, assumed=True) if as_built_in else Preprocessing(256, 224, assumed=True)
    preprocessing = request.preprocessing(usual) or usual
    labels = request.read_labels()
    if labels is not None and len(labels) != config.classes:
        reason = f"It gives {config.classes} scores, but the class list has {len(labels)} names."
        raise ModelContractError(str(weights), (reason,))
    return AdoptOptions(
        name=weights.stem,
        labels=labels,
        preprocessing=preprocessing,
        architecture=describe(config, preprocessing.crop),
        source=Source(sha256=sha256_of(weights)),
    )
