"""The arguments and options of the command, each in the group where `--help` shows it."""

from pathlib import Path
from typing import Annotated

import typer

from aligner.corpus.options import EngineName, PairedBy
from aligner.options import OrderOption, Split
from aligner.types import Side

from .models import show_models
from .output import READING_WIDTH, SUFFIXES, Color
from .render import FORMATS
from .render.options import MIN_WIDTH

COMPARED = "What is compared"
SHOWN = "What is shown"
HOW = "How"
FOLDERS = "Folders"


TextA = Annotated[
    str,
    typer.Argument(
        metavar="A",
        help="A text, or a folder of texts; - is standard input.",
        rich_help_panel=COMPARED,
    ),
]
TextB = Annotated[
    str,
    typer.Argument(
        metavar="B", help="A text, or a folder, in another language.", rich_help_panel=COMPARED
    ),
]
OrderFlag = Annotated[
    OrderOption,
    typer.Option(
        "--order",
        help="free: sentences pair wherever they stand; monotonic: in order, as in translations.",
        rich_help_panel=COMPARED,
    ),
]
SplitFlag = Annotated[
    Split,
    typer.Option(
        "--split",
        help="lines: each line is one sentence, as in texts that are split already.",
        rich_help_panel=COMPARED,
    ),
]
LanguageA = Annotated[
    str | None,
    typer.Option(
        "--lang-a",
        metavar="CODE",
        help="Language of A, such as pt.  [default: detected]",
        rich_help_panel=COMPARED,
    ),
]
LanguageB = Annotated[
    str | None,
    typer.Option(
        "--lang-b",
        metavar="CODE",
        help="Language of B.  [default: detected]",
        rich_help_panel=COMPARED,
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME",
        envvar="ALIGN_MODEL",
        help="A sentence-transformers model, by name or folder; see --list-models. Several are "
        "combined.  [default: the embedded model]",
        rich_help_panel=COMPARED,
    ),
]
VerifierFlag = Annotated[
    str,
    typer.Option(
        "--verifier",
        metavar="on|off|NAME",
        help="Read candidate pairs closely in free order; NAME: by a sentence-transformers "
        "cross-encoder, by name or folder.",
        rich_help_panel=COMPARED,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help=f"What to print: {', '.join(FORMATS)}.  [default: diff; nothing with -o]",
        rich_help_panel=SHOWN,
    ),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Write to a file; {', '.join(SUFFIXES)} tell the format. Can be repeated. "
        "For folders: the folder of results.",
        rich_help_panel=SHOWN,
    ),
]
OnlySide = Annotated[
    Side | None,
    typer.Option("--only", help="Show what that text alone says.", rich_help_panel=SHOWN),
]
Context = Annotated[
    int,
    typer.Option(
        "-U",
        "--context",
        metavar="N",
        min=0,
        help="How many linked pairs to show around a difference; a large N shows all.",
        rich_help_panel=SHOWN,
    ),
]
SideBySide = Annotated[
    bool,
    typer.Option(
        "-y", "--side-by-side", help="Show both texts in two columns.", rich_help_panel=SHOWN
    ),
]
Width = Annotated[
    int | None,
    typer.Option(
        "--width",
        metavar="N",
        min=MIN_WIDTH,
        help=f"Columns to fill.  [default: the terminal's, at most {READING_WIDTH}; with -y twice as "
        "many]",
        rich_help_panel=SHOWN,
    ),
]
ColorFlag = Annotated[
    Color,
    typer.Option(
        "--color",
        help="auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR colours anywhere.",
        rich_help_panel=SHOWN,
    ),
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print the summary alone.", rich_help_panel=SHOWN)
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        help="Where a --model runs: cpu, cuda, mps, or auto.",
        rich_help_panel=HOW,
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", help="Neither read nor write the cache folder.", rich_help_panel=HOW
    ),
]
ListModels = Annotated[
    bool,
    typer.Option(
        "--list-models",
        callback=show_models,
        is_eager=True,
        help="Show recommended models and exit.",
        rich_help_panel=HOW,
    ),
]
Gold = Annotated[
    Path | None,
    typer.Option(
        "--gold",
        metavar="FILE",
        help="Score the pairs against a ladder of the right ones.",
        rich_help_panel=HOW,
    ),
]
ExitCode = Annotated[
    bool,
    typer.Option("--exit-code", help="Exit with 1 if the texts differ.", rich_help_panel=HOW),
]
Found = Annotated[
    PairedBy,
    typer.Option(
        "--pair",
        help="name: x.pt.txt with x.fr.txt, or equal names; content: by what the documents tell.",
        rich_help_panel=FOLDERS,
    ),
]
Pairs = Annotated[
    Path | None,
    typer.Option(
        "--pairs",
        metavar="FILE",
        help="A table of the pairs: a path below A, a path below B, perhaps a name; as TSV or Parquet.",
        rich_help_panel=FOLDERS,
    ),
]
Html = Annotated[
    bool,
    typer.Option(
        "--html",
        help="A page for each pair beside its JSON, and one index.",
        rich_help_panel=FOLDERS,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "-j",
        "--jobs",
        metavar="N",
        min=1,
        help="Processes that compare pairs; each takes some 350 MB.",
        rich_help_panel=FOLDERS,
    ),
]
EngineFlag = Annotated[
    EngineName,
    typer.Option(
        "--engine", help="ray: a Ray cluster; writes results.parquet, too.", rich_help_panel=FOLDERS
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="auto|ray://HOST:PORT",
        help="Where Ray runs.  [default: one is started here]",
        rich_help_panel=FOLDERS,
    ),
]
Gpus = Annotated[
    float,
    typer.Option(
        "--gpus", metavar="N", min=0, help="GPUs of each Ray actor.", rich_help_panel=FOLDERS
    ),
]
Mine = Annotated[
    bool,
    typer.Option(
        "--mine",
        help="Find pairs of sentences across all documents; -o FILE.tsv or FILE.parquet.",
        rich_help_panel=FOLDERS,
    ),
]
