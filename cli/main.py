"""The command: flags to options, one call of the library, one echo, an exit status."""

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from aligner.corpus.options import CorpusOptions
from aligner.errors import AlignerError
from aligner.options import Options

from . import flags
from .folders import Corpus, check_flags, compare_folders, is_corpus
from .help import GroupedHelp
from .mined import check_mining, mine_folders
from .output import (
    PAGE_WIDTH,
    check_nothing_read_is_overwritten,
    check_place_of_scores,
    check_width,
    console_width,
    format_of,
    page_through,
    renderer,
    say,
    wants_color,
    write,
)
from .progress import Progress
from .render import PAIRS_ALONE, RenderOptions
from .render.visible import flowing

DONE = 0
DIFFERS = 1  # with --exit-code, when either text says something that the other does not
TROUBLE = 2
# Objects made between two looks of the collector at the newest.
COLLECTED_EVERY = 50_000

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"align {version('bitext-align')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version",
        callback=_show_version,
        is_eager=True,
        help="Show the version and exit.",
        rich_help_panel=flags.HOW,
    ),
]


@app.command(
    cls=GroupedHelp,
    epilog="In the report: = linked, ~ linked but one text says more, - only in A, + only in B, "
    "? less than 60 % certain; [-...-] only A says, {+...+} only B says. "
    "Exit status: 0 done, 1 with --exit-code if the texts differ, 2 trouble.",
)
def align(  # noqa: PLR0913 (one for each flag)
    a: flags.TextA,
    b: flags.TextB,
    *,
    order: flags.OrderFlag = "auto",
    split: flags.SplitFlag = "sentences",
    lang_a: flags.LanguageA = None,
    lang_b: flags.LanguageB = None,
    model: flags.Models = None,
    verifier: flags.VerifierFlag = "on",
    form: flags.Format = None,
    output: flags.Outputs = None,
    only: flags.OnlySide = None,
    context: flags.Context = 3,
    side_by_side: flags.SideBySide = False,
    width: flags.Width = None,
    color: flags.ColorFlag = "auto",
    quiet: flags.Quiet = False,
    pair: flags.Found = "name",
    pairs: flags.Pairs = None,
    html: flags.Html = False,
    jobs: flags.Jobs = 1,
    engine: flags.EngineFlag = "local",
    address: flags.Address = None,
    gpus: flags.Gpus = 0,
    mine: flags.Mine = False,
    gold: flags.Gold = None,
    device: flags.Device = "auto",
    no_cache: flags.NoCache = False,
    exit_code: flags.ExitCode = False,
    list_models: flags.ListModels = False,  # noqa: ARG001 (its callback answers)
    version: Version = False,  # noqa: ARG001 (its callback answers)
) -> int:
    """Show what only one of two texts in different languages says, as diff would."""
    models = tuple(model or ())
    options = Options(order, split, lang_a, lang_b, models, verifier, device, not no_cache)
    many = CorpusOptions(pair, pairs, html, jobs, engine, address, gpus, mine)
    if is_corpus(a, b, many):
        check_flags({"-f": form, "-y": side_by_side, "--width": width, "--gold": gold})
        if mine:
            check_mining(output or [], many.for_documents | {"--only": only})
            failed = mine_folders((Path(a), Path(b)), output or [], options, quiet=quiet)
            return TROUBLE if failed else DONE
        corpus = Corpus(a, b, output or [], options, many, only)
        differs, failed = compare_folders(corpus, quiet=quiet)
        return TROUBLE if failed else DIFFERS if exit_code and differs else DONE
    formats = [format_of(path) for path in output or ()]
    check_nothing_read_is_overwritten(output or (), [a, b, *([str(gold)] if gold else [])])
    printed = form or ("diff" if quiet or not formats else None)
    renderers = {name: renderer(name) for name in [*formats, printed] if name}
    # Taking the pairs apart is half of the work on a translation.
    details = exit_code or not renderers.keys() <= PAIRS_ALONE
    check_width(width, side_by_side=side_by_side)
    check_place_of_scores(form if gold else None)

    from aligner import compare_files
    from aligner.gold import read_ladder

    from .scores import scores

    right = read_ladder(gold) if gold else None
    with Progress(shown=sys.stderr.isatty() and not quiet) as progress:
        wanted = replace(options, details=details)
        comparison = compare_files(a, b, options=wanted, progress=progress)
    page = RenderOptions(
        width=width or PAGE_WIDTH, context=context, only=only, side_by_side=side_by_side
    )
    for path, name in zip(output or (), formats, strict=True):
        write(path, renderers[name](comparison, page))
    shown = []
    if printed:
        colored = wants_color(color, terminal=sys.stdout.isatty())
        columns = width or console_width(side_by_side=side_by_side)
        screen = replace(page, width=columns, color=colored, quiet=quiet)
        shown.append(renderers[printed](comparison, screen))
    if right is not None:
        shown.append(scores(comparison, right))
    if shown:
        _show("\n".join(shown), form)
    return DIFFERS if exit_code and comparison.differs else DONE


def _show(text: str, form: str | None) -> None:
    """Print a report: the console's in the encoding of the console, any other in UTF-8.

    What does not fit on the screen of a terminal goes through its pager. Raises OutputError for a full
    disk and the like.
    """
    encoding = sys.stdout.encoding if form in {None, "diff"} else "utf-8"
    data = text.encode(encoding, "backslashreplace")
    if not (sys.stdout.isatty() and page_through(data)):
        say(data)


def status(arguments: list[str]) -> int:
    """Run the command and tell its exit status; trouble is one line on standard error.

    An interrupt gives 130 (128 + SIGINT, as shells count), by typer.
    """
    try:
        done: int = app(arguments, prog_name="align", standalone_mode=False)
    except typer.TyperException as error:
        return _trouble(f"{error.format_message()} (see align --help)")
    except AlignerError as error:
        return _trouble(str(error))
    return done


def _trouble(message: str) -> int:
    say(f"align: {flowing(message)}", err=True)
    return TROUBLE


def _open_closed_streams() -> None:
    """Put the null device where a standard stream is closed (`<&-`), for which Python has None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def run() -> None:
    """The console script."""
    # Loading models makes a million objects that stay, and the collector looked at them every 700.
    gc.set_threshold(COLLECTED_EVERY)
    _open_closed_streams()
    code = status(sys.argv[1:])
    # On its way out Python looks for cycles among all that is left, which took 0.08 s of 2.7.
    gc.freeze()
    sys.exit(code)
