"""Models are made in a child, tried there, and put in place in one step or not at all."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inference.cancel import Cancelled, CancelToken
from inference.errors import CardinalError, ModelContractError, ModelLoadError, OutputWriteError
from inference.models.catalog import BUILT_IN_NAME, find_model, list_models
from inference.models.contract import MapKind
from inference.models.install import install_file, name_for, remove_model
from inference.models.progress import Progress
from inference.models.request import ModelRequest
from inference.profile import Profile
from tests.inference.models.adopt.graphs import GAP_FLATTEN, classifier, ints, node
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
    assert files(profile) == ["mine.onnx"]
    assert find_model("mine", profile) == model
    assert model.contract.maps is MapKind.EXACT
    assert [label.name for label in model.contract.labels] == list("abcdefg")
    assert (model.contract.preprocessing.crop, model.contract.preprocessing.assumed) == (40, False)
    assert [progress.step for progress in seen] == ["Reading the model", "Trying the model"]


def test_adding_again_replaces(stranger: Path, profile: Profile) -> None:
    install_file(stranger, ModelRequest("mine"), profile)
    model = install_file(TINY, ModelRequest("mine", "Tiny"), profile)
    assert files(profile) == ["mine.onnx"]
    assert model.contract.title == "Tiny"


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
    assert files(profile) == [".b.2.part.onnx", "mine.onnx"]
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
    [("birds v3.onnx", "birds-v3"), ("../..onnx", "model"), ("Kö.onnx", "K"), ("a" * 100 + ".onnx", "a" * 80)],
)
def test_names_for_files(file: str, name: str) -> None:
    assert name_for(Path(file)) == name
