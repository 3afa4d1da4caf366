"""What was stopped brings no jobs, however long its folders are still being listed; what is opened after that does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from gui.engine_link import EngineLink
from gui.gallery.image_table import ImageTable
from gui.job_list import JobList
from gui.tasks import TaskRunner
from inference.classify.work_queue import Job
from tests.gui.gallery.images import append, paths


class _Service:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def add(self, jobs: list[Job]) -> None:
        self.given += [job.key for job in jobs]


@pytest.fixture
def service() -> _Service:
    return _Service()


@pytest.fixture
def jobs(qtbot: QtBot, service: _Service) -> JobList:
    """For ten images, with a model."""
    del qtbot
    table = ImageTable()
    append(table, paths(10))
    link = SimpleNamespace(room=SimpleNamespace(service=service))
    made = JobList(TaskRunner(), cast("EngineLink", link), table)
    made.has_model = True
    return made


def test_what_is_opened_after_a_stop_is_classified(jobs: JobList, service: _Service) -> None:
    jobs.note_scan_begun()
    jobs.add_found([0])
    jobs.is_quiet = jobs.is_scanning
    jobs.add_found([1])
    jobs.note_scan_begun()
    jobs.add_found([2])  # still of the folder that was stopped
    jobs.note_scan_ended()
    assert (jobs.is_scanning, jobs.is_quiet) == (True, False)
    jobs.add_found([3])
    jobs.note_scan_ended()
    assert (jobs.is_scanning, jobs.is_quiet) == (False, False)
    assert service.given == [0, 3]


def test_a_second_stop_is_about_what_was_opened_meanwhile_too(jobs: JobList, service: _Service) -> None:
    jobs.note_scan_begun()
    jobs.is_quiet = jobs.is_scanning
    jobs.note_scan_begun()
    jobs.is_quiet = jobs.is_scanning
    jobs.note_scan_ended()
    jobs.add_found([1])
    assert jobs.is_quiet
    jobs.note_scan_ended()
    jobs.add_found([2])
    assert service.given == [2]


def test_who_asks_for_all_ends_the_quiet(jobs: JobList, service: _Service) -> None:
    jobs.note_scan_begun()
    jobs.is_quiet = jobs.is_scanning
    jobs.is_quiet = False
    jobs.add_found([1])
    jobs.add([2])
    assert service.given == [1, 2]
