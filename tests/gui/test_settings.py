"""Test gui/settings.py: what was chosen comes back in a new process, and damage costs one field at most."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from gui.settings import Settings, SettingsStore, WindowState
from gui.theme import ThemeChoice
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from inference.attention.methods import Method
from inference.errors import OutputWriteError
from inference.profile import PROJECT_ROOT, Profile

_CHOSEN = Settings(
    theme=ThemeChoice.DARK,
    model="/models/ünusual \udcff.onnx",
    device="cuda",
    map_mode=MapMode.HEAT,
    map_strength=0.35,
    map_outline=True,
    map_choice=MapChoice(Method.LAYER_CAM, 2, relative=True),
    last_folders=("/a b", "/\udcfe\n", "C:\\x;y=[1]"),
    top_count=3,
    thumbnail_px=224,
)


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(Profile.below(tmp_path))


def _write(store: SettingsStore, **values: str) -> None:
    store.file.parent.mkdir(parents=True, exist_ok=True)
    stored = QSettings(str(store.file), QSettings.Format.IniFormat)
    for name, value in values.items():
        stored.setValue(f"settings/{name}", value)
    stored.sync()


def test_without_a_file_there_are_defaults_and_nothing_is_written(store: SettingsStore) -> None:
    loaded = store.load()
    assert (loaded.settings, loaded.set_aside) == (Settings(), None)
    assert store.load_window() == WindowState()
    assert not store.file.parent.exists()


def test_choices_come_back_in_a_new_process(store: SettingsStore, tmp_path: Path) -> None:
    store.save(_CHOSEN)
    code = (
        "import sys; from pathlib import Path; from gui.settings import SettingsStore; "
        "from inference.profile import Profile; "
        "print(ascii(SettingsStore(Profile.below(Path(sys.argv[1]))).load()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT
    )
    assert done.stdout.strip() == ascii(store.load())
    assert store.load().settings == _CHOSEN
    assert store.load().set_aside is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("theme", '"pink"'),
        ("theme", "3"),
        ("model", "7"),
        ("model", '"a\\u0000b"'),
        ("device", "null"),
        ("map_mode", '"spot"'),
        ("map_strength", "1.5"),
        ("map_strength", "true"),
        ("map_outline", "1"),
        ("map_choice", '"grad-cam"'),
        ("map_choice", '{"method": "cam-of-the-future", "stage": null, "relative": false}'),
        ("map_choice", '{"method": "layercam", "stage": 0, "relative": false}'),
        ("map_choice", '{"method": "layercam", "stage": 2}'),
        ("map_strength", "NaN"),
        ("last_folders", '"/a"'),
        ("last_folders", "[1]"),
        ("top_count", "0"),
        ("top_count", "2.5"),
        ("top_count", "true"),
        ("top_count", "not json"),
        ("thumbnail_px", '"160"'),
        ("thumbnail_px", "[" * 5000),
    ],
)
def test_a_field_that_is_not_valid_falls_back_alone_and_is_logged(
    store: SettingsStore, caplog: pytest.LogCaptureFixture, field: str, text: str
) -> None:
    store.save(_CHOSEN)
    _write(store, **{field: text})
    with caplog.at_level(logging.INFO, logger="gui.settings"):
        loaded = store.load().settings
    assert loaded == replace(_CHOSEN, **{field: getattr(Settings(), field)})
    assert field in caplog.text


@pytest.mark.parametrize("content", [b"\x00\xff\xfe garbage", b"", b"[settings\nx", b"just words\n" * 50])
def test_a_damaged_file_is_set_aside(store: SettingsStore, content: bytes) -> None:
    store.file.parent.mkdir(parents=True)
    store.file.write_bytes(content)
    loaded = store.load()
    assert loaded.settings == Settings()
    assert loaded.set_aside is not None
    assert loaded.set_aside.read_bytes() == content
    assert not store.file.exists()
    store.save(_CHOSEN)
    assert store.load().settings == _CHOSEN
    store.file.write_bytes(content)
    second = store.load().set_aside
    assert second is not None
    assert second != loaded.set_aside, "an earlier damaged file is not written over"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_give_valid_settings(store: SettingsStore, content: bytes) -> None:
    store.file.parent.mkdir(parents=True, exist_ok=True)
    store.file.write_bytes(content)
    assert isinstance(store.load().settings, Settings)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    folders=st.lists(st.text(st.characters(exclude_characters="\0"), max_size=20), max_size=8),
    strength=st.floats(0, 1),
    pixels=st.integers(64, 512),
)
def test_every_valid_choice_comes_back(store: SettingsStore, folders: list[str], strength: float, pixels: int) -> None:
    chosen = Settings(last_folders=tuple(folders), map_strength=strength, thumbnail_px=pixels)
    store.save(chosen)
    assert store.load().settings == chosen


def test_values_are_stored_as_text_that_keeps_its_type(store: SettingsStore) -> None:
    store.save(_CHOSEN)
    raw = QSettings(str(store.file), QSettings.Format.IniFormat)
    assert json.loads(str(raw.value("settings/schema"))) == 1
    assert json.loads(str(raw.value("settings/top_count"))) == 3


def test_the_window_state_is_kept_apart(store: SettingsStore, tmp_path: Path) -> None:
    state = WindowState(bytes(range(256)), b"\x00\x01", (("main", b"\xff\x00"), ("side", b"")))
    store.save_window(state)
    assert SettingsStore(Profile.below(tmp_path)).load_window() == state
    assert store.load().settings == Settings(), "it does not make a settings file"
    store.save_window(WindowState(b"g"))
    assert store.load_window() == WindowState(b"g")


def test_a_place_that_cannot_be_written_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    store = SettingsStore(Profile.below(tmp_path))
    with pytest.raises(OutputWriteError, match="could not be written"):
        store.save(_CHOSEN)


def test_what_a_method_does_not_have_is_left_out(store: SettingsStore) -> None:
    store.save(_CHOSEN)
    _write(store, map_choice='{"method": "eigen-cam", "stage": 2, "relative": true}')
    assert store.load().settings.map_choice == MapChoice(Method.EIGEN_CAM)
