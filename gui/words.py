"""Say texts, counts and shares in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

_CONTEXT = "Cardinal"


def tr(text: str) -> str:
    """The text in the user's language, or as it is."""
    return QCoreApplication.translate(_CONTEXT, text)


def counted(count: int, one: str, many: str) -> str:
    """One of two texts for a count, with `%n` replaced by the grouped number.

    `many` is the source text of translations, whose languages may have more than two forms. English needs no
    translation file: `one` stands in when nothing was translated.
    """
    translated = QCoreApplication.translate(_CONTEXT, many, "", count)
    untranslated = translated == many.replace("%n", str(count))
    text = (one if count == 1 else many) if untranslated else translated
    return text.replace("%n", number(count)) if untranslated else text


def locale() -> QLocale:
    """The user's locale; English where the environment names none (QLocale "C" does not group digits)."""
    current = QLocale()
    return QLocale(QLocale.Language.English) if current.language() == QLocale.Language.C else current


def number(value: int) -> str:
    """A whole number with its digits grouped: 12480 -> "12,480"."""
    return locale().toString(value)


def percent(share: float) -> str:
    """A share 0...1 as whole percent; what would round to 0 or 100 without being it is said so."""
    if 0 < share < 0.005:  # noqa: PLR2004  # half a percent: below it, "0 %" would deny the share
        return tr("< 1 %")
    if 0.995 <= share < 1:  # noqa: PLR2004  # likewise, "100 %" would claim certainty
        return tr("> 99 %")
    return tr("{share} %").format(share=number(round(share * 100)))


def size(byte_count: int) -> str:
    """A file size in words: 7759462 -> "7.4 MB"."""
    return locale().formattedDataSize(byte_count, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)
