"""Say on which day something was, as people say it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate

from gui.words import locale, tr


def day_text(at_s: float, now_s: float) -> str:
    """Today, yesterday, "12 March", or "12 March 2024" of another year; times are seconds since 1970."""
    try:
        day, today = (datetime.fromtimestamp(moment).date() for moment in (at_s, now_s))
    except (ValueError, OverflowError, OSError):
        return tr("at an unknown time")
    match (today - day).days:
        case 0:
            return tr("today")
        case 1:
            return tr("yesterday")
    # No year where there is no doubt about it.
    form = tr("d MMMM") if day.year == today.year else tr("d MMMM yyyy")
    return locale().toString(QDate(day.year, day.month, day.day), form)
