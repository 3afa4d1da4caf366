"""The page of a class finds its images by key, whatever the gallery shows."""

from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from gui.gallery.image_table import ImageTable
from gui.table_tiles import TableTiles
from tests.gui.gallery.images import append, remove, suggested


def test_it_answers_by_key_and_passes_unknown_ones_over(qapp: QApplication) -> None:
    table = ImageTable()
    append(table, ["/p/a.jpg", "/p/sub/\udcff b.jpg", "/p/c.jpg"])
    table.apply_answers([suggested(1, score=0.25)])
    tiles = TableTiles(table)
    assert (tiles.name(1), tiles.score(1)) == ("\udcff b.jpg", 0.25)
    assert (tiles.name(0), tiles.score(0)) == ("a.jpg", None)
    assert (tiles.name(99), tiles.score(99)) == ("", None)
    remove(table, [1])
    assert tiles.name(1) == "\udcff b.jpg", "also while it is off the list: undo may bring it back to the page"


def test_a_missing_thumbnail_is_asked_for_once(qapp: QApplication) -> None:
    table = ImageTable()
    append(table, ["/p/a.jpg", "/p/b.jpg"])
    wanted = QSignalSpy(table.thumbnails_wanted)
    tiles = TableTiles(table)
    assert tiles.thumbnail(0) is None
    assert tiles.thumbnail(0) is None
    QApplication.processEvents()
    assert [wanted.at(number)[0] for number in range(wanted.count())] == [[0]]
    picture = QImage(4, 3, QImage.Format.Format_RGB32)
    table.set_thumbnail(0, picture)
    shown = tiles.thumbnail(0)
    assert shown is not None
    assert shown.size() == picture.size()
