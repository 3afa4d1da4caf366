"""Export settings survive JSON, and nonsense in JSON becomes what is usual."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.exporting.export_settings import ExportForm, ExportSettings, SidecarNaming
from inference.exports.folder_journal import FolderWay
from inference.exports.selection import Include

_settings = st.builds(
    ExportSettings,
    include=st.sampled_from(Include),
    score_from=st.floats(0, 1),
    form=st.sampled_from(ExportForm),
    target=st.text() | st.just("/p/\udcff\n<b>"),
    relative=st.booleans(),
    root=st.text(),
    for_spreadsheets=st.booleans(),
    way=st.sampled_from(FolderWay),
    unsure_folder=st.booleans(),
    shares=st.sampled_from([(0.8, 0.1, 0.1), (1.0, 0.0, 0.0), (0.5, 0.25, 0.25)]),
    seed=st.integers(0, 2**31 - 1),
    naming=st.sampled_from(SidecarNaming),
    root_tag=st.text(),
    last_keywords=st.booleans(),
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=6,
)


@given(_settings)
def test_settings_come_back_from_json(settings: ExportSettings) -> None:
    assert ExportSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


@given(_json)
def test_anything_gives_settings(value: object) -> None:
    assert ExportSettings.from_json(value) == ExportSettings()


@given(name=st.sampled_from([field.name for field in fields(ExportSettings)]), value=_json)
def test_one_strange_field_spoils_no_other(name: str, value: object) -> None:
    usual = replace(ExportSettings(), target="/t", seed=7, include=Include.EVERYTHING)
    read = ExportSettings.from_json({**usual.to_json(), name: value})
    for field in fields(ExportSettings):
        if field.name != name:
            assert getattr(read, field.name) == getattr(usual, field.name)
    assert type(getattr(read, name)) is type(getattr(usual, name))
    assert 0 <= read.score_from <= 1
    assert sum(read.shares) == pytest.approx(1)


def test_what_is_complete() -> None:
    assert not ExportSettings().is_complete
    assert not ExportSettings(target="relative.csv").is_complete
    assert ExportSettings(target="/p/labels.csv").is_complete
    assert ExportSettings(form=ExportForm.XMP).is_complete
    assert not ExportSettings(form=ExportForm.XMP, root_tag="").is_complete
