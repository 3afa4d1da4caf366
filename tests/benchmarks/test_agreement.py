"""What is said of how engines agree is exact: shares, intervals, accuracies, and each picture that differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.arrays import InputBatch
from inference.engine.devices import Device, DeviceReport
from inference.models.contract import Label
from inference.profile import Profile
from tests.benchmarks import agreement
from tests.benchmarks.agreement import Pictures, differences, read_pictures, row, run_all, share
from tests.fakes import fake_contract

GREYS = 40


class Answers:
    """A network that knows grey pictures by how bright they are, and remembers the sizes of its batches."""

    def __init__(self, changes: dict[int, dict[int, float]], precision: str = "float32") -> None:
        self.precision = precision
        self.batches: list[int] = []
        self.closed = False
        self._logits = np.zeros((GREYS, 6), np.float32)
        # The first half is of class 0, the other one of class 1.
        self._logits[: GREYS // 2, 0] = self._logits[GREYS // 2 :, 1] = 5.0
        for grey, logits in changes.items():
            for number, value in logits.items():
                self._logits[grey, number] = value

    def run(self, images: InputBatch) -> SimpleNamespace:
        assert not self.closed
        self.batches.append(len(images))
        return SimpleNamespace(logits=self._logits[images[:, 0, 0, 0]])

    def close(self) -> None:
        self.closed = True


# Wrong with the right class second, sure by 2, right by little, and wrong with the right class last of six.
REFERENCE = {3: {0: 4.0, 2: 5.0}, 7: {4: 3.0}, 30: {3: 4.9375}, 25: {0: 5.0, 1: 0.0, 2: 1.0, 3: 2.0, 4: 3.0, 5: 4.0}}
OTHER = REFERENCE | {3: {0: 4.5, 2: 4.375}, 7: {4: 5.25}, 30: {1: 4.96875, 3: 5.0}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A grey picture of each brightness, a file that is none, and a folder of no class."""
    for name in ("class 0", "class 1", "of no class"):
        (tmp_path / "labelled" / name).mkdir(parents=True)
    for grey in range(GREYS):
        path = tmp_path / "labelled" / f"class {2 * grey // GREYS}" / f"{grey:02}.png"
        Image.new("RGB", (8, 8), (grey, grey, grey)).save(path)
    (tmp_path / "labelled" / "class 1" / "notes.txt").write_text("no picture")
    Image.new("RGB", (8, 8), "white").save(tmp_path / "labelled" / "of no class" / "white.png")
    return tmp_path / "labelled"


@pytest.fixture
def pictures(folder: Path) -> Pictures:
    return read_pictures(folder, fake_contract())


def test_all_readable_pictures_of_known_classes_are_taken_in_order(pictures: Pictures) -> None:
    assert pictures.inputs.shape == (GREYS, 8, 8, 3)
    assert list(pictures.inputs[:, 0, 0, 0]) == list(range(GREYS))
    assert pictures.names == tuple(f"{grey:02}.png" for grey in range(GREYS))
    assert list(pictures.truth) == [0] * 20 + [1] * 20


def test_folders_are_known_by_wordnet_ids_too_and_none_at_all_is_told(folder: Path) -> None:
    labels = (Label("a", "n01443537"), Label("b"))
    (folder / "class 0").rename(folder / "n01443537")
    found = read_pictures(folder, replace(fake_contract(), labels=labels))
    assert (len(found.names), set(found.truth)) == (20, {0})
    with pytest.raises(SystemExit, match="no folder named after a class"):
        read_pictures(folder, replace(fake_contract(), labels=labels[1:]))


def test_all_pictures_are_run_in_order(pictures: Pictures) -> None:
    network = Answers(REFERENCE)
    logits = run_all(network, pictures)  # type: ignore[arg-type]  # what it uses of a network
    assert network.batches == [32, 8]
    assert logits.shape == (GREYS, 6)
    assert list(logits[30]) == [0.0, 5.0, 0.0, 4.9375, 0.0, 0.0]


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (1990, 2000, "99.50% (99.08% to 99.73%)"),
        (1989, 2000, "99.45% (99.02% to 99.69%)"),
        (37, 40, "92.50% (80.14% to 97.42%)"),
        (10, 10, "100.00% (72.25% to 100.00%)"),
        (0, 10, "0.00% (0.00% to 27.75%)"),
    ],
)
def test_a_share_has_wilsons_interval(count: int, of: int, words: str) -> None:
    assert share(count, of) == words


def test_a_row_compares_first_classes_and_not_logits(pictures: Pictures) -> None:
    reference, other = (
        run_all(Answers(changes), pictures)  # type: ignore[arg-type]  # likewise
        for changes in (REFERENCE, OTHER)
    )
    cells = row("other", "bfloat16", other, reference, pictures.truth).strip("| ").split(" | ")
    # Three of forty differ; of these one is right only here and two are right only there.
    assert cells == [
        "other", "bfloat16", "92.50% (80.14% to 97.42%)", "92.50% (80.14% to 97.42%)", "97.50% (87.12% to 99.56%)",
        "4.5e-01",
    ]  # fmt: skip
    assert row("it", "float32", reference, reference, pictures.truth).strip("| ").split(" | ")[2:] == [
        "100.00% (91.24% to 100.00%)", "95.00% (83.50% to 98.62%)", "97.50% (87.12% to 99.56%)", "0.0e+00",
    ]  # fmt: skip
    # Twice the logits are the same classes.
    assert "| 100.00% (91.24% to 100.00%) |" in row("it", "int8", 2 * reference, reference, pictures.truth)


EXPECTED = [
    "| 07.png | class 0 (right) | 2.0000 | class 4 | 0.2500 |",
    "| 03.png | class 2 | 1.0000 | class 0 (right) | 0.1250 |",
    "| 30.png | class 1 (right) | 0.0625 | class 3 | 0.0312 |",
]


def test_each_picture_that_differs_is_listed_with_both_margins_the_surest_first(pictures: Pictures) -> None:
    reference, other = (
        run_all(Answers(changes), pictures)  # type: ignore[arg-type]  # likewise
        for changes in (REFERENCE, OTHER)
    )
    assert list(differences(other, reference, pictures, fake_contract())) == EXPECTED
    assert list(differences(reference, reference, pictures, fake_contract())) == []


def test_everything_is_printed_for_each_engine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reference, same, other = Answers(REFERENCE), Answers(REFERENCE), Answers(OTHER, "bfloat16")
    model = SimpleNamespace(path=Path("m.onnx"), contract=fake_contract())

    def open_network(path: Path, *, device: Device) -> Answers:
        assert (path, device) == (model.path, Device.CPU)
        return reference

    def open_all(wanted: object, _profile: Profile) -> Iterator[tuple[str, Answers]]:
        assert wanted is model
        assert reference.closed
        yield "openvino", other
        yield "cuda", same

    monkeypatch.setattr("sys.argv", ["agreement", str(folder), "--model", "m", "--profile", str(folder / "p")])
    monkeypatch.setattr(agreement, "find_model", lambda _name, _profile: model)
    monkeypatch.setattr(agreement, "Network", SimpleNamespace(open=open_network))
    monkeypatch.setattr(agreement, "open_all", open_all)
    monkeypatch.setattr("inference.engine.machine.processor_name", lambda: "ACME")
    assert agreement.main() == 0
    said = capsys.readouterr()
    assert said.err == "notes.txt: It is not an image, or the file is damaged.\n"
    lines = said.out.splitlines()
    assert lines[0] == "Fake, 40 pictures; ACME."
    assert [line.partition(" (9")[0].partition(" (8")[0] for line in lines[4:7]] == [
        "| cpu (the reference) | float32 | 100.00%",
        "| openvino | bfloat16 | 92.50%",
        "| cuda | float32 | 100.00%",
    ]
    listed = lines.index("## Where openvino differs: 3 pictures")
    assert lines[listed + 4 : listed + 7] == EXPECTED
    assert lines[listed + 8 :] == [
        "## Where cuda differs: 0 pictures",
        "",
        "| picture | cpu says | by logits | it says | by logits |",
        "|---|---|---|---|---|",
    ]
    assert same.closed
    assert other.closed


@pytest.mark.parametrize("has_openvino", [True, False])
def test_every_device_here_and_each_copy_of_this_very_model_is_opened(
    has_openvino: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copies = {"copy": "ab" * 32, "of another": "cd" * 32, "no copy": None}
    here = {Device.CPU: True, Device.OPENVINO: has_openvino, Device.CUDA: True, Device.COREML: False}

    def facts_of(name: str) -> SimpleNamespace | None:
        source = copies[name]
        return None if source is None else SimpleNamespace(source_sha256=source, layers=7, all_layers=29)

    monkeypatch.setattr(
        agreement, "probe_devices", lambda: [DeviceReport(one, works, "", "", "") for one, works in here.items()]
    )
    monkeypatch.setattr(agreement, "hash_model", lambda _path: "ab" * 32)
    monkeypatch.setattr(agreement, "read_metadata", lambda path: path)
    monkeypatch.setattr(agreement, "read_quantization", facts_of)
    models = [SimpleNamespace(path=name) for name in copies]
    monkeypatch.setattr(agreement, "list_models", lambda _profile: SimpleNamespace(models=models))
    monkeypatch.setattr(agreement, "Network", SimpleNamespace(open=lambda path, *, device: (path, device)))
    model: Any = SimpleNamespace(path="m")
    found = dict(agreement.open_all(model, Profile.below(tmp_path)))
    wanted: dict[str, object] = {"cuda": ("m", Device.CUDA)}
    wanted["int8 copy (7 of 29 layers) on cpu"] = ("copy", Device.CPU)
    if has_openvino:
        wanted["openvino"] = ("m", Device.OPENVINO)
        wanted["int8 copy (7 of 29 layers) on openvino"] = ("copy", Device.OPENVINO)
    assert found == wanted
