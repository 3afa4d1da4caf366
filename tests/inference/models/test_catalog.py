"""The catalog lists what can be used, names what cannot, and finds models by name and by file."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from inference.errors import ModelContractError, ModelLoadError, ModelNotFoundError
from inference.models.catalog import (
    BUILT_IN_NAME,
    default_model_name,
    find_installed,
    find_model,
    list_models,
    read_model,
)
from inference.models.contract import MapKind
from inference.models.contract_reading import read_contract
from inference.profile import BUILT_IN_MODELS, Profile
from tests.make_data import TINY, tiny_graph, write_tiny


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    profile = Profile.below(tmp_path)
    profile.models.mkdir(parents=True)
    return profile


def test_a_new_profile_has_the_built_in_model(tmp_path: Path) -> None:
    catalog = list_models(Profile.below(tmp_path / "never made"))
    assert [model.name for model in catalog.models] == [BUILT_IN_NAME]
    assert catalog.broken == ()
    built_in = catalog.models[0]
    assert built_in.built_in
    assert len(built_in.contract.labels) == 200
    assert built_in.contract.maps is MapKind.EXACT
    assert not (tmp_path / "never made").exists()


def test_broken_files_are_listed_with_their_reasons(profile: Profile) -> None:
    shutil.copy(TINY, profile.models / "tiny.onnx")
    (profile.models / "torn.onnx").write_bytes(TINY.read_bytes()[:1000])
    (profile.models / "bare.onnx").write_bytes(tiny_graph().SerializeToString())
    (profile.models / ".half.1.part.onnx").write_bytes(b"")
    (profile.models / "notes.txt").write_text("not a model")
    catalog = list_models(profile)
    assert [model.name for model in catalog.models] == [BUILT_IN_NAME, "tiny"]
    reasons = {broken.name: broken.error for broken in catalog.broken}
    assert set(reasons) == {"torn", "bare"}
    assert isinstance(reasons["torn"], ModelLoadError)
    assert "no contract" in str(reasons["bare"])


def test_find_by_name_by_file_and_by_network(profile: Profile, tmp_path: Path) -> None:
    for name in ("resnext50_32x4d-v1", "resnext50_32x4d-v2"):
        shutil.copy(TINY, profile.models / f"{name}.onnx")
    assert find_model("resnext50_32x4d-v1", profile).name == "resnext50_32x4d-v1"
    assert find_model("resnext50_32x4d", profile).name == "resnext50_32x4d-v2"
    elsewhere = tmp_path / "elsewhere.onnx"
    write_tiny(elsewhere)
    found = find_model(str(elsewhere), profile)
    assert (found.path, found.built_in, found.contract.name) == (elsewhere, False, "tiny")


def test_versions_are_numbers(profile: Profile) -> None:
    for version in ("v2", "v10", "v9", "vx"):
        shutil.copy(TINY, profile.models / f"birds-{version}.onnx")
    assert find_model("birds", profile).name == "birds-v10"


@pytest.mark.parametrize("name", ["x" * 300 + ".onnx", "zero\0.onnx", "folder.onnx/"])
def test_what_is_no_path_is_not_found(name: str, profile: Profile) -> None:
    with pytest.raises(ModelNotFoundError):
        find_model(name, profile)


def test_installed_models_are_found_by_name_alone(profile: Profile) -> None:
    shutil.copy(TINY, profile.models / "tiny.onnx")
    (profile.models / "torn.onnx").write_bytes(b"torn")
    assert find_installed("tiny", profile).path == profile.models / "tiny.onnx"
    assert find_installed("torn", profile).path == profile.models / "torn.onnx"
    for name in (str(profile.models / "tiny.onnx"), str(TINY), "tiny.onnx", "absent"):
        with pytest.raises(ModelNotFoundError):
            find_installed(name, profile)


def test_what_cannot_be_found(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=BUILT_IN_NAME):
        find_model("no-such-model", profile)
    with pytest.raises(ModelNotFoundError):
        find_model(str(tmp_path / "absent.onnx"), profile)
    (profile.models / "torn.onnx").write_bytes(TINY.read_bytes()[:1000])
    with pytest.raises(ModelLoadError):
        find_model("torn", profile)
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(tiny_graph().SerializeToString())
    with pytest.raises(ModelContractError, match="no contract"):
        find_model(str(bare), profile)


def test_an_added_file_cannot_stand_in_for_the_built_in_model(profile: Profile) -> None:
    shutil.copy(TINY, profile.models / f"{BUILT_IN_NAME}.onnx")
    assert find_model(BUILT_IN_NAME, profile).path.parent == BUILT_IN_MODELS


def test_the_default_is_the_best_installed(profile: Profile) -> None:
    assert default_model_name(profile) == BUILT_IN_NAME
    shutil.copy(TINY, profile.models / "resnext50_32x4d-v2.onnx")
    assert default_model_name(profile) == "resnext50_32x4d-v2"


def test_a_contract_survives_json() -> None:
    contract = replace(read_model(TINY).contract, torch_difference=1e-7)
    assert read_contract({"cardinal.contract": contract.to_json()}, "") == contract
