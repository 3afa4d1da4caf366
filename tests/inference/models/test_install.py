"""Models are made in a child, tried there, and put in place in one step or not at all."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from inference.cancel import Cancelled, CancelToken
from inference.engine.network import Network
from inference.errors import CardinalError, ModelContractError, ModelLoadError, OutputWriteError
from inference.models.catalog import BUILT_IN_NAME, find_model, list_models
from inference.models.checksum import checksum_file, require_unchanged
from inference.models.contract import MapKind
from inference.models.install import install_file, name_for, remove_model
from inference.models.progress import Progress
from inference.models.request import ModelRequest
from inference.profile import BUILT_IN_MODELS, Profile
from tests.inference.models.adopt.graphs import CHANNELS, CLASSES, GAP_FLATTEN, classifier, ints, node
from tests.make_data import TINY, tiny_graph


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    path = tmp_path / "stranger's net.onnx"
    path.write_bytes(tiny_graph().SerializeToString())
    return path


def files(profile: Profile) -> list[str]:
    return sorted(path.name for path in profile.models.iterdir()) if profile.models.is_dir() else []


def test_a_stranger_is_adopted_and_found(stranger: Path, profile: Profile, tmp_path: Path) -> None:
    classes = tmp_path / "classes.txt"
    classes.write_text("a\nb\nc\nd\ne\nf\ng\n")
    seen: list[Progress] = []
    model = install_file(stranger, ModelRequest("mine", labels=classes, crop=40), profile, on_progress=seen.append)
    assert files(profile) == ["mine.onnx", "mine.onnx.sha256"]
    assert find_model("mine", profile) == model
    assert model.contract.maps is MapKind.EXACT
    assert [label.name for label in model.contract.labels] == list("abcdefg")
    assert (model.contract.preprocessing.crop, model.contract.preprocessing.assumed) == (40, False)
    assert [progress.step for progress in seen] == ["Reading the model", "Trying the model"]


def test_an_installed_model_has_its_checksum_beside_it(stranger: Path, profile: Profile) -> None:
    path = install_file(stranger, ModelRequest("mine"), profile).path
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert checksum_file(path).read_text() == f"{digest}  mine.onnx\n"
    Network.open(path, device="cpu").close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelLoadError, match="changed on disk"):
        Network.open(path, device="cpu")


def test_the_built_in_models_have_their_checksums_beside_them() -> None:
    for path in BUILT_IN_MODELS.glob("*.onnx"):
        require_unchanged(path, hashlib.sha256(path.read_bytes()).hexdigest())
        assert checksum_file(path).is_file()
        with pytest.raises(ModelLoadError):
            require_unchanged(path, "0" * 64)


def test_adding_again_replaces_only_where_that_was_said(stranger: Path, profile: Profile) -> None:
    install_file(stranger, ModelRequest("mine"), profile)
    before = (profile.models / "mine.onnx").read_bytes()
    for name in ("mine", "Mine"):
        with pytest.raises(ModelContractError, match="of this name was added before"):
            install_file(TINY, ModelRequest(name, "Tiny"), profile)
    assert files(profile) == ["mine.onnx", "mine.onnx.sha256"]
    assert (profile.models / "mine.onnx").read_bytes() == before
    model = install_file(TINY, ModelRequest("mine", "Tiny"), profile, replace=True)
    assert files(profile) == ["mine.onnx", "mine.onnx.sha256"]
    assert model.contract.title == "Tiny"
    Network.open(model.path, device="cpu").close()


def test_a_damaged_file_keeps_its_name(stranger: Path, profile: Profile) -> None:
    profile.models.mkdir(parents=True)
    (profile.models / "mine.onnx").write_bytes(b"torn")
    with pytest.raises(ModelContractError, match="of this name was added before"):
        install_file(stranger, ModelRequest("mine"), profile)
    assert (profile.models / "mine.onnx").read_bytes() == b"torn"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resnext50_32x4d-v2", "kept for torchvision"),
        ("ResNeXt50_32x4d-V2", "kept for torchvision"),
        ("resnext101_64x4d", "kept for torchvision"),
        ("resnext101_64x4d-v9", "kept for torchvision"),
        (BUILT_IN_NAME.upper(), "built-in model has this name"),
        ("con", "Windows keeps this name"),
        ("NUL.v2", "Windows keeps this name"),
        ("lpt1", "Windows keeps this name"),
    ],
)
@pytest.mark.parametrize("replace_it", [False, True])
def test_names_that_would_lead_astray_are_refused(
    name: str, words: str, replace_it: bool, stranger: Path, profile: Profile
) -> None:
    with pytest.raises(ModelContractError, match=words):
        install_file(stranger, ModelRequest(name), profile, replace=replace_it)
    assert files(profile) == []


@pytest.mark.parametrize("name", ["console", "resnext50_32x4d-v2-mine", "com", "my-resnext50_32x4d"])
def test_names_that_only_look_like_it_are_taken(name: str, stranger: Path, profile: Profile) -> None:
    assert install_file(stranger, ModelRequest(name), profile).name == name


CENTRED = [
    *GAP_FLATTEN,
    node("ReduceMean", "f", "m", axes=[0]),
    node("Sub", "f m", "d"),
    node("Add", "d f", "e"),
    node("Gemm", "e head bias", "output", transB=1),
]
TOKEN = [
    node("Flatten", "maps", "f"),
    node("Concat", "f token", "g", axis=1),
    node("Gemm", "g wide", "output", transB=1),
]


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (CENTRED, "depends on the other images"),
        (TOKEN, "takes one image at a time only; export it with a free batch size"),
    ],
)
def test_a_model_for_one_image_at_a_time_is_refused(
    tail: list[onnx.NodeProto], words: str, profile: Profile, tmp_path: Path
) -> None:
    # A class token of one image, as a vision transformer has it that was exported with a fixed batch.
    constants: dict[str, NDArray[np.generic]] = {
        "token": np.ones((1, 2), np.float32),
        "wide": np.random.default_rng(5).normal(size=(CLASSES, CHANNELS * 64 + 2)).astype(np.float32),
    }
    path = tmp_path / "single.onnx"
    path.write_bytes(classifier(tail, constants).SerializeToString())
    with pytest.raises(ModelLoadError, match=words) as caught:
        install_file(path, ModelRequest("single"), profile)
    assert caught.value.path == str(path)
    assert files(profile) == []


def test_what_cannot_run_is_not_installed(profile: Profile, tmp_path: Path) -> None:
    # A valid graph whose shapes only clash when it is run.
    tail = [
        node("Reshape", "maps shape", "r"),
        *[replace_input(each) for each in GAP_FLATTEN],
        node("Gemm", "f head bias", "output", transB=1),
    ]
    model = classifier(tail, {"shape": ints(0, 7, -1, 5)}, input_shape=("N", 3, "H", "W"), output_shape=("N", 6))
    path = tmp_path / "clash.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(CardinalError):
        install_file(path, ModelRequest("clash"), profile)
    assert files(profile) == []


def replace_input(each: onnx.NodeProto) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(each)
    copy.input[0] = "r" if copy.input[0] == "maps" else copy.input[0]
    return copy


def test_a_model_that_gives_no_numbers_is_not_installed(profile: Profile, tmp_path: Path) -> None:
    model = tiny_graph()
    for tensor in model.graph.initializer:
        if tensor.name == "fc.bias":
            tensor.CopyFrom(numpy_helper.from_array(np.full(7, np.nan, np.float32), "fc.bias"))
    path = tmp_path / "nan.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(CardinalError):
        install_file(path, ModelRequest("nan"), profile)
    assert files(profile) == []


def test_a_graph_that_wants_all_memory_dies_in_its_child(profile: Profile, tmp_path: Path) -> None:
    tail = [
        node("ConstantOfShape", "huge", "z"),
        node("ReduceMax", "z", "top", keepdims=0),
        node("Add", "maps top", "q"),
        node("GlobalAveragePool", "q", "p"),
        node("Flatten", "p", "f"),
        node("Gemm", "f head bias", "output", transB=1),
    ]
    model = classifier(tail, {"huge": ints(1 << 33)})
    path = tmp_path / "greedy.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(CardinalError):
        install_file(path, ModelRequest("greedy"), profile)
    assert files(profile) == []


def test_refusals_name_the_reason(stranger: Path, profile: Profile, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("words")
    torn = tmp_path / "torn.onnx"
    torn.write_bytes(stranger.read_bytes()[:2000])
    cases = [
        (tmp_path / "absent.onnx", "mine", ModelLoadError, "no such file"),
        (text, "mine", ModelLoadError, r"only .*\.onnx.* files can be added"),
        (torn, "mine", ModelLoadError, "damaged or incomplete"),
        (stranger, "../mine", ModelContractError, "only letters"),
        (stranger, "", ModelContractError, "only letters"),
        (stranger, BUILT_IN_NAME, ModelContractError, "built-in model has this name"),
    ]
    for source, name, kind, words in cases:
        with pytest.raises(kind, match=words):
            install_file(source, ModelRequest(name), profile)
    assert files(profile) == []


@pytest.mark.parametrize("step", ["Reading the model", "Trying the model"])
def test_cancel_leaves_nothing_and_a_second_try_works(step: str, stranger: Path, profile: Profile) -> None:
    cancel = CancelToken()

    def cancel_at_that_step(progress: Progress) -> None:
        if progress.step == step:
            cancel.cancel()

    with pytest.raises(Cancelled):
        install_file(stranger, ModelRequest("mine"), profile, on_progress=cancel_at_that_step, cancel=cancel)
    assert files(profile) == []
    assert install_file(stranger, ModelRequest("mine"), profile).name == "mine"


def test_what_a_killed_install_left_is_cleared_away(stranger: Path, profile: Profile) -> None:
    profile.models.mkdir(parents=True)
    old, young = profile.models / ".a.1.part.onnx", profile.models / ".b.2.part.onnx"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    install_file(stranger, ModelRequest("mine"), profile)
    assert files(profile) == [".b.2.part.onnx", "mine.onnx", "mine.onnx.sha256"]
    assert {model.name for model in list_models(profile).models} == {BUILT_IN_NAME, "mine"}


def test_remove(stranger: Path, profile: Profile) -> None:
    model = install_file(stranger, ModelRequest("mine"), profile)
    remove_model(model)
    assert files(profile) == []
    with pytest.raises(OutputWriteError, match="cannot be deleted"):
        remove_model(model)
    with pytest.raises(ModelContractError, match="built in"):
        remove_model(find_model(BUILT_IN_NAME, profile))
    with pytest.raises(ModelContractError, match="built in"):
        remove_model(replace(model, built_in=True))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("birds v3.onnx", "birds-v3"),
        ("../..onnx", "model"),
        ("Kö.onnx", "K"),
        ("a" * 100 + ".onnx", "a" * 70),
        ("resnext50_32x4d.onnx", "resnext50_32x4d-added"),
        ("NUL.onnx", "NUL-added"),
    ],
)
def test_names_for_files(file: str, name: str) -> None:
    assert name_for(Path(file)) == name
