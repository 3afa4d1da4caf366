"""Declare the options of `explain`, in the groups in which its help shows them, with examples."""

from __future__ import annotations

import argparse

from inference.attention.finer import FACTORS
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.picture import Style
from inference.commands.explain_folder import add_folder_options
from inference.commands.explain_region import parse_box, parse_region
from inference.commands.options import add_model_options

DESCRIPTION = """\
Show where the evidence for a class lies in a picture: in words, as a picture (--output x.png), and as numbers
(--output x.npy, with x.json beside it). Whatever is hidden is hidden in a copy; no picture is ever changed."""

EXAMPLES = """\
examples:
  main.py explain cat.jpg                                 what speaks for the first class, and where
  main.py explain cat.jpg --class tabby --output map.png  the map of a class, drawn over the picture
  main.py explain cat.jpg --against lion --minimal-set    why this and not lion, and which cells decide
  main.py explain cat.jpg --hide 0,0,200,150 --output what-if.png   before and after, side by side
  main.py explain cat.jpg --compare --output classes.png  its first four classes, side by side
  main.py explain a.jpg b.jpg c.jpg --compare --class tabby --output tabby.png
  main.py explain cat.jpg --with-model mine.onnx          what another model says of the same picture
  main.py explain cat.jpg --method layercam --stage 2 --output fine.png
  main.py explain photos --audit --box 0.2,0.2,0.8,0.8 --output audit
"""

USAGE = "main.py explain [options] IMAGE [IMAGE ...] | FOLDER [FOLDER ...]"
"""All options in one line would bury the sentence below them that says what is wrong."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare all of them."""
    parser.add_argument("images", nargs="*", metavar="IMAGE|FOLDER")
    add_model_options(parser)
    _declare_map(parser.add_argument_group("which map"))
    _declare_questions(parser.add_argument_group("more questions about one picture, each answered in words, too"))
    _declare_comparison(parser.add_argument_group("side by side, on one scale"))
    _declare_output(parser.add_argument_group("what is written (never over a picture or somebody's file)"))
    add_folder_options(parser)


def _declare_map(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--class",
        dest="subject",
        action="append",
        metavar="C",
        help="number, name or WordNet id (default: the first; with --compare it may be repeated)",
    )
    group.add_argument("--against", metavar="D", help="what speaks for C rather than D")
    group.add_argument("--relative", action="store_true", help="what speaks for C rather than the average class")
    group.add_argument(
        "--method",
        choices=[method.value for method in Method],
        default=Method.EVIDENCE.value,
        metavar="METHOD",
        help=f"{', '.join(method.value for method in Method)} (default: evidence)",
    )
    group.add_argument(
        "--stage", type=int, metavar="N", help="of an earlier stage, with finer cells (1 is the first); with --method"
    )
    group.add_argument("--finer", type=int, choices=FACTORS, default=1, help="look with an input so many times larger")
    group.add_argument("--whole", action="store_true", help="look at the whole picture, not at the centre crop")


def _declare_questions(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--region",
        type=parse_region,
        metavar="L,T,R,B|map",
        help="what this part says by itself (pixels; map: the fewest cells with half of the evidence)",
    )
    group.add_argument(
        "--alone", action="store_true", help="of --region: cut it out and run the network on nothing else"
    )
    group.add_argument(
        "--hide",
        action="append",
        type=parse_box,
        metavar="L,T,R,B",
        help="hide this part (pixels; may be repeated) and run again: the answer and the map, before and after",
    )
    group.add_argument(
        "--minimal-set", action="store_true", help="the fewest cells that turn C against D or the runner-up"
    )
    group.add_argument(
        "--check",
        action="store_true",
        help="whether the score falls when the strongest cells are hidden, both curves of hiding all of them, and "
        "whether the map changes with random weights (about sixty runs)",
    )
    group.add_argument(
        "--filling",
        choices=[filling.value for filling in Filling],
        default=Filling.BLUR.value,
        help="what hidden parts show, here and about many pictures (default: blur)",
    )


def _declare_comparison(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--compare",
        action="store_true",
        help="two to four IMAGEs of one class; or of one IMAGE two to four classes (default: its first four)",
    )
    group.add_argument(
        "--with-model", metavar="NAME|FILE", help="compare what this model says of the same IMAGE and class"
    )


def _declare_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output",
        metavar="PNG|NPY|DIR",
        help="x.png: the picture with the map (side by side: x.json, too, with the numbers); x.npy: the numbers, and "
        "x.json; of --audit: a folder for mean maps and audit.csv",
    )
    group.add_argument(
        "--mode",
        choices=[style.value for style in Style],
        default=Style.EVIDENCE.value,
        help="how x.png shows the map (default: evidence)",
    )
    group.add_argument("--outline", action="store_true", help="draw lines over the colours of x.png, too")
    group.add_argument(
        "--save-region",
        metavar="PNG|NPY|JSON|TXT",
        help="--region, or else the strongest cells, as a mask (PNG, NPY), COCO (JSON) or YOLO (TXT)",
    )
