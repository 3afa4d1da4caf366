"""Only an int8 copy that passed its comparison with this very model may stand in for it."""

from pathlib import Path

import onnx

from inference.models.checksum import sha256_of
from inference.models.quantize.facts import QUANTIZATION_KEY, Comparison, Quantization
from inference.models.quantize.standing_in import has_passed_copies, original_of, passed_copies
from inference.profile import Profile
from tests.inference.engine.variants import TINY

PASSED = Comparison(2000, 1995, 0.01, 0.1, 0.01, 3.0, 2.0, "cpu", "cpu", 2, 100, 50)
FAILED = Comparison(2000, 1980, 0.01, 0.1, 0.01, 3.0, 2.0, "cpu", "cpu", 2, 100, 50)


def _install(profile: Profile, name: str, text: str | None) -> Path:
    model = onnx.load(TINY)
    if text is not None:
        entry = model.metadata_props.add()
        entry.key, entry.value = QUANTIZATION_KEY, text
    profile.models.mkdir(parents=True, exist_ok=True)
    path = profile.models / f"{name}.onnx"
    onnx.save(model, path)
    return path


def _facts(source: str, comparison: Comparison | None) -> str:
    return Quantization(source, 200, 3, 3, 8, 1, comparison).to_json()


def test_copies_of_this_model_that_passed_are_found(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    assert not has_passed_copies(profile)
    _install(profile, "no-copy", None)
    _install(profile, "failed", _facts("a" * 64, FAILED))
    _install(profile, "never-compared", _facts("a" * 64, None))
    _install(profile, "claims", '{"passed": true}')
    assert not has_passed_copies(profile)
    assert passed_copies("a" * 64, profile, weight_bits=8) == ()
    _install(profile, "passed", _facts("a" * 64, PASSED))
    _install(profile, "of-another", _facts("b" * 64, PASSED))
    assert has_passed_copies(profile)
    assert [model.name for model in passed_copies("a" * 64, profile, weight_bits=8)] == ["passed"]


def test_a_copy_that_passed_where_products_hold_more_does_not_stand_in(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    _install(profile, "eight-bits", _facts("a" * 64, PASSED))
    _install(profile, "seven-bits", Quantization("a" * 64, 200, 3, 3, 7, 1, PASSED).to_json())
    found = {bits: passed_copies("a" * 64, profile, weight_bits=bits) for bits in (7, 8)}
    assert {bits: [model.name for model in models] for bits, models in found.items()} == {
        7: ["seven-bits"],
        8: ["eight-bits", "seven-bits"],
    }


def test_the_original_of_a_copy_is_known_by_its_bytes(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    original = _install(profile, "original", None)
    digest = sha256_of(original)
    assert original_of(original, profile) is None
    copy = _install(profile, "copy", _facts(digest, FAILED))
    found = original_of(copy, profile)
    assert found is not None
    facts, model = found
    assert facts.comparison == FAILED
    assert model is not None
    assert model.name == "original"
    original.unlink()
    found = original_of(copy, profile)
    assert found is not None
    assert found[1] is None


def test_a_damaged_file_is_passed_over(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    path = _install(profile, "passed", _facts("a" * 64, PASSED))
    path.write_bytes(path.read_bytes()[:100])
    assert not has_passed_copies(profile)
