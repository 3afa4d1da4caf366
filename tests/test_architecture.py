"""The fences hold, each is seen to fail, and the map of the house is true."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import PROJECT_ROOT
from tests.make_architecture import BEGIN, PAGE, listing, sources

_LINTER = Path(sys.executable).with_name("lint-imports")
_PACKAGES = ("gui", "inference")


def _config() -> dict[str, object]:
    linter: dict[str, object] = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return linter


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_LINTER, "--config", "pyproject.toml", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_fence_holds() -> None:
    done = _lint(PROJECT_ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages with empty files: fences can be broken there one at a time, quickly."""
    folder = tmp_path_factory.mktemp("skeleton")
    shutil.copy(PROJECT_ROOT / "pyproject.toml", folder)
    for source in sources():
        for parent in source.parents:
            if parent != Path():
                (folder / parent).mkdir(exist_ok=True, parents=True)
                (folder / parent / "__init__.py").touch()
        (folder / source).touch()
    return folder


@pytest.mark.parametrize(
    ("file", "line", "fence"),
    [
        ("inference/results.py", "import gui", "main.py -> gui -> inference"),
        ("inference/pictures/read.py", "import inference.engine.network", "inside inference"),
        ("inference/engine/network.py", "def f():\n    import PySide6.QtCore", "the core knows no Qt"),
        ("inference/models/catalog.py", "import torch", "PyTorch only"),
        ("gui/controller.py", "import inference.training", "a child process is started"),
        ("inference/classify/classifier.py", "import onnxruntime", "ONNX Runtime and OpenVINO only"),
        ("inference/classify/classifier.py", "import onnx", "onnx only"),
        ("inference/files.py", "import sqlite3", "SQLite only"),
    ],
)
def test_a_breach_of_each_fence_is_seen(skeleton: Path, file: str, line: str, fence: str) -> None:
    assert (skeleton / file).exists(), "the file in which the breach is planted has moved"
    (skeleton / file).write_text(f"{line}\n")
    try:
        done = _lint(skeleton)
    finally:
        (skeleton / file).write_text("")
    assert done.returncode == 1
    broken = [text for text in done.stdout.splitlines() if text.rstrip().endswith("BROKEN")]
    assert any(fence in text for text in broken), done.stdout


def test_the_lists_of_modules_in_the_fences_are_complete() -> None:
    here = {f"inference.{path.stem}" for path in (PROJECT_ROOT / "inference").iterdir() if path.stem[0] != "_"}
    for contract in _config()["contracts"]:  # type: ignore[attr-defined]
        if contract["name"].startswith(("PyTorch only", "ONNX Runtime and OpenVINO only")):
            listed = set(contract["source_modules"]) - {"gui"}
            allowed = {"inference.training"} if contract["name"].startswith("PyTorch") else {"inference.engine"}
            assert listed == here - allowed, contract["name"]
        if contract["name"].startswith("inside inference"):
            layers = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
            assert layers == here


def test_the_core_imports_where_qt_and_torch_are_absent() -> None:
    modules = [".".join(path.with_suffix("").parts) for path in sources() if path.parts[0] == "inference"]
    modules = [name for name in modules if not name.startswith("inference.training") and "__main__" not in name]
    code = (
        "import sys\n"
        "for name in ('PySide6', 'shiboken6', 'torch', 'torchvision'): sys.modules[name] = None\n"
        "import importlib\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_main_imports_no_qt_and_no_numpy() -> None:
    code = "import main, sys; print(*({'PySide6', 'numpy', 'torch', 'onnxruntime'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_every_file_says_its_one_job_in_its_first_line() -> None:
    for path in sources():
        docstring = ast.get_docstring(ast.parse((PROJECT_ROOT / path).read_text()))
        assert docstring, f"{path} does not say its job"
        assert re.match(r"[A-Z`].*[.:;]", docstring.replace("\n", " ")), f"{path}: {docstring.splitlines()[0]}"


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    for package in _PACKAGES:
        for path in (PROJECT_ROOT / package).rglob("__init__.py"):
            body = ast.parse(path.read_text()).body
            # One variable has to be there before a library is loaded, in every process (decision 0037).
            sets_variable = path == PROJECT_ROOT / "inference" / "__init__.py"
            allowed = [ast.Expr, ast.Import, ast.Assign] if sets_variable else [ast.Expr]
            assert [type(one) for one in body] == allowed, path


def test_the_map_of_the_house_says_what_each_file_says_of_itself() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.partition(BEGIN)[2] == listing(), "run: uv run python -m tests.make_architecture"


def test_the_window_lets_no_qt_plugin_decode_a_file() -> None:
    """It may happen on a worker thread, where it locks the program up for good (decision 0026)."""
    refused = {"fromData", "loadFromData", "QImageReader"}
    found = [
        f"{source}: {name}"
        for source in sources()
        if source.parts[0] == "gui"
        for node in ast.walk(ast.parse((PROJECT_ROOT / source).read_text()))
        if (name := getattr(node, "attr", getattr(node, "id", getattr(node, "name", None)))) in refused
    ]
    assert found == []


def test_no_uv_lock_and_no_package_host_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - whichever git the person uses
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    assert "uv.lock" not in listed.stdout.split()
    hosts = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")
    for name in listed.stdout.splitlines():
        path = PROJECT_ROOT / name
        if path.suffix in {".py", ".toml", ".md", ".txt", ".json"} and path.exists():
            text = path.read_text(encoding="utf-8")
            assert not [host for host in hosts if host in text], name
