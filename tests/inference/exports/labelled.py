"""Make labelled images for tests, hostile names included."""

from __future__ import annotations

import os

from hypothesis import strategies as st

from inference.sessions.marks import LabelSource
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState

PREDICTIONS = (("magpie", 0.75), ("jay", 0.125), ("crow", 0.0625))

HOSTILE_NAMES = (
    *("line\nend.jpg", "cr\rend.jpg", "crlf\r\nend.jpg", "tab\tin.jpg", '"quoted".jpg', "comma,semi;bar|.jpg", "'.jpg"),
    *("=1+1.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "'=a.jpg", "''=a.jpg", "\t=a.jpg", " =a.jpg", "\uff1da.jpg", "#a.jpg"),
    *("\U0001f426\u200d\u2b1b.jpg", "\u202egpj.exe.jpg", "\u0645\u0631\u062d\u0628\u0627\u200f.jpg", "e\u0301.jpg"),
    *(
        "\xe9.jpg",
        "\udcff\udcfe.jpg",
        "a\udce9.jpg",
        "\u2028.jpg",
        "\x01\x1b[31m.jpg",
        "a\\b.jpg",
        " a .jpg",
        "\ufeffa.jpg",
    ),
    *("\uffff.jpg", "C:.jpg", "~.jpg", "%s.jpg", "<img src=x>.jpg", "null.jpg", "\ufffd.jpg", "\x85.jpg", "\x0b.jpg"),
)

HOSTILE_LABELS = (
    *("=1+1", "+1", "-1", "@sum", "'=1", "''=1", "\t=x", "\r=x", "\n=x", " =x", "\uff1dx", "\uff20x", "'", "''", "'x"),
    *(
        "a,b",
        'a"b',
        "a\nb",
        "a\r\nb",
        "a\tb",
        "#a",
        "\U0001f426",
        "\u202eabc",
        "\u0645\u0631\u062d\u0628\u0627",
        "a|b/c\\d",
    ),
    *("null", "NaN", "0", "-0.5", "TRUE", " padded ", "\u2028", "\xa0", "label", "path", "\x00", "=\x00", "\ufeff"),
)

ENCODABLE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
FILE_NAMES = st.binary(min_size=1, max_size=20).map(os.fsdecode).filter(lambda name: not {"/", "\0"} & set(name))


def labelled(key: int, path: str, label: str = "magpie", **facts: object) -> LabelledImage:
    """A corrected label, with all that an export can say."""
    usual: dict[str, object] = {
        "state": ImageState.CORRECTED,
        "source": LabelSource.CORRECTED,
        "score": 0.125,
        "predictions": PREDICTIONS,
        "model": "tiny",
        "model_hash": "ab" * 32,
        "decided_at": 1_700_000_000.5,
        "device": "openvino",
        "precision": "float16",
    }
    return LabelledImage(key=key, path=path, label=label, **(usual | facts))  # type: ignore[arg-type]  # a dict


def without_label(key: int, path: str, state: ImageState, **facts: object) -> LabelledImage:
    """An image about which nobody has decided anything, or not for a label."""
    return LabelledImage(key=key, path=path, state=state, **facts)  # type: ignore[arg-type]  # a dict
