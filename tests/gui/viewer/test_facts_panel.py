"""The facts of a picture are told in plain words."""

import pytest
from pytestqt.qtbot import QtBot

from gui.viewer.facts_panel import FactsPanel
from inference.results import CropGeometry, PictureFacts

FACTS = PictureFacts(6000, 4000, "JPEG", 7_759_462)


@pytest.fixture
def panel(qtbot: QtBot) -> FactsPanel:
    """The panel on screen."""
    widget = FactsPanel()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_size_and_crop(panel: FactsPanel) -> None:
    panel.show_file("/photos/IMG_2214.JPG")
    panel.show_facts(FACTS, CropGeometry(1068.9, 68.9, 4931.1, 3931.1))
    panel.show_state("Classified by ResNeXt-50 on cpu.")
    name, *lines = panel.words().splitlines()
    assert name == "IMG_2214.JPG"
    assert lines[0].replace("\N{MULTIPLICATION SIGN}", "x") == "6,000 x 4,000 pixels, 7.4 MB, JPEG"
    assert "Classified by ResNeXt-50 on cpu." in lines
    crop = lines[-1].replace("\N{MULTIPLICATION SIGN}", "x")
    assert crop == "The network saw 3,862 x 3,862 pixels in the middle, 62 % of the picture."


def test_the_whole_picture(panel: FactsPanel) -> None:
    panel.show_file("a.png")
    panel.show_facts(FACTS, CropGeometry(0.2, 0, 5999.8, 4000))
    assert "The network saw the whole picture." in panel.words()
    panel.show_facts(FACTS, None)
    assert "network" not in panel.words()


def test_remarks(panel: FactsPanel) -> None:
    panel.show_file("/p/a.gif")
    panel.show_facts(PictureFacts(10, 10, "GIF", 99, has_more_frames=True, has_bad_profile=True), None)
    frames = "a.gif has more than one frame. The first one is used."
    profile = "The colour profile of a.gif could not be used. Colours may be off."
    assert panel.words().splitlines()[-2:] == [frames, profile]
    panel.show_file("/p/b.gif")
    assert panel.words() == "b.gif"


def test_another_file_forgets_the_facts(panel: FactsPanel) -> None:
    panel.show_facts(FACTS, None)
    panel.show_file("b.png")
    assert panel.words() == "b.png"


@pytest.mark.parametrize("name", ["a\nb.jpg", "caf\udce9.jpg", "\u202egpj.exe", "<b>x.png"])
def test_odd_names_stay_visible_and_plain(panel: FactsPanel, name: str) -> None:
    panel.show_file("/photos/" + name)
    shown = panel.words()
    assert "\n" not in shown
    assert "\u202e" not in shown
    shown.encode()
    assert shown.endswith(name[-4:])
    assert len(shown) >= len(name)
