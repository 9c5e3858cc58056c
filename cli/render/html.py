"""The comparison as one HTML page: both articles side by side, with the links drawn between them.

The page asks for nothing from anywhere and works from disk; a Content-Security-Policy with the hashes
of its one style and one script holds it to that, whatever the texts contain. What it looks like is
in `page/`: a Jinja template with autoescaping, a style sheet, and a script that reads all it knows from
the document, so that no text ever becomes code.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aligner.types import UNDETERMINED, Comparison, Detail, Link, Sentence, Side

from .dotplot import dot_plot
from .naming import SIDES, full_name, language_name, short_name
from .options import RenderOptions
from .sequence import Entry, OneSided, is_unsure, reading_order
from .visible import flowing

if TYPE_CHECKING:
    from jinja2 import Template

PAGE = Path(__file__).parent / "page"
# A plain BCP 47 tag; anything else in `lang` would mislead screen readers and hyphenation.
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
# Languages whose usual script runs from right to left (CLDR, characterOrder).
RIGHT_TO_LEFT = set("ar arc azb ckb dv fa he iw ks mzn nqo pnb ps sd syr ug ur yi".split())

Fate = Literal["same", "partial", "only", "boilerplate"]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some text of a sentence, and the kinds of the details that cover it, if any."""

    text: str
    kinds: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A sentence in its column. Numbers count from 1, as on the console; confidences in per cent."""

    number: int
    fate: Fate
    opens: bool  # first of its paragraph
    unsure: bool
    confidence: int
    similarity: str
    counterparts: tuple[int, ...]
    nearest: int | None
    stretches: tuple[_Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """One document as the page shows it."""

    side: Side
    other: Side
    name: str
    short: str
    language: str
    tag: str
    direction: str
    counts: str
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of the filters, which are the legend of the signs as well."""

    value: str
    sign: str
    label: str
    name: str
    count: int


def render(comparison: Comparison, options: RenderOptions) -> str:
    """The comparison as one page. `only` chooses the filter that it opens with."""
    style, script = (
        (PAGE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js")
    )
    return template("report.html.jinja").render(
        columns=[_column(comparison, side) for side in SIDES],
        choices=_choices(comparison),
        chosen=f"only-{options.only}" if options.only else "all",
        differs=comparison.differs,
        order=comparison.order,
        plot=dot_plot(comparison),
        notes=[flowing(note) for note in comparison.notes],
        signature=flowing(comparison.signature),
        policy=policy(style, script),
        style=style,
        script=script,
    )


def template(name: str, filters: Mapping[str, Callable[..., str]] | None = None) -> "Template":
    """A page of `PAGE`, in which every text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters or {}
    return environment.get_template(name)


def policy(style: str, script: str = "") -> str:
    """What a browser may load and run: this very style and script, and the icon in the page."""
    sources = {"style-src": style, "script-src": script}
    allowed = [f"{kind} 'sha256-{_digest(source)}'" for kind, source in sources.items() if source]
    return "; ".join(
        ["default-src 'none'", *allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"]
    )


def _digest(source: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(source.encode()).digest()).decode()


def _choices(comparison: Comparison) -> list[_Choice]:
    relations = [link.relation for link in comparison.links]
    unsure = sum(map(is_unsure, reading_order(comparison)))
    name_a, name_b = (short_name(comparison, side) for side in SIDES)
    return [
        _Choice("same", "=", "Same", "", relations.count("same")),
        _Choice("partial", "~", "Partial", "", relations.count("partial")),
        _Choice("only-a", "−", "Only in", name_a, comparison.counts("a").only),
        _Choice("only-b", "+", "Only in", name_b, comparison.counts("b").only),
        _Choice("unsure", "?", "Unsure", "", unsure),
    ]


def _column(comparison: Comparison, side: Side) -> _Column:
    language = comparison.document(side).language
    known = language != UNDETERMINED and TAG.fullmatch(language)
    direction = "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
    return _Column(
        side=side,
        other="b" if side == "a" else "a",
        name=full_name(comparison, side),
        short=short_name(comparison, side),
        language=language_name(comparison, side),
        tag=language if known else "",  # an empty one means: not known (HTML, `lang`)
        direction=direction if known else "auto",
        counts=_counts(comparison, side),
        rows=tuple(_rows(comparison, side)),
    )


def _counts(comparison: Comparison, side: Side) -> str:
    counts = comparison.counts(side)
    parts = [f"{counts.linked:,} linked", f"{counts.only:,} only here"]
    if counts.boilerplate:
        parts.append(f"{counts.boilerplate:,} boilerplate")
    return (
        f"{counts.sentences:,} sentence{'' if counts.sentences == 1 else 's'}: {', '.join(parts)}"
    )


def _rows(comparison: Comparison, side: Side) -> Iterator[_Row]:
    holders = {k: one for one in reading_order(comparison) for k in _sentences(one, side)}
    paragraph = None
    for number, sentence in enumerate(comparison.document(side).sentences):
        opens = sentence.paragraph != paragraph
        paragraph = sentence.paragraph
        match holders[number]:
            case Link() as link:
                yield _linked(number, sentence, link, side, opens=opens)
            case one_sided:
                yield _one_sided(number, sentence, one_sided, opens=opens)


def _sentences(entry: Entry, side: Side) -> tuple[int, ...]:
    """The numbers of the sentences of one side that an entry holds."""
    if isinstance(entry, Link):
        return entry.a if side == "a" else entry.b
    return (entry.only.sentence,) if entry.side == side else ()


def _linked(number: int, sentence: Sentence, link: Link, side: Side, *, opens: bool) -> _Row:
    counterparts = link.b if side == "a" else link.a
    details = link.a_only if side == "a" else link.b_only
    return _Row(
        number=number + 1,
        fate=link.relation,
        opens=opens,
        unsure=is_unsure(link),
        confidence=_percent(link.confidence),
        similarity=f"{link.similarity:.2f}",
        counterparts=tuple(one + 1 for one in counterparts),
        nearest=None,
        stretches=tuple(_stretches(sentence, details)),
    )


def _one_sided(number: int, sentence: Sentence, entry: OneSided, *, opens: bool) -> _Row:
    only = entry.only
    details = () if entry.boilerplate else only.details
    return _Row(
        number=number + 1,
        fate="boilerplate" if entry.boilerplate else "only",
        opens=opens,
        unsure=is_unsure(entry),
        confidence=_percent(only.confidence),
        similarity=f"{only.nearest.similarity:.2f}",
        counterparts=(),
        nearest=only.nearest.sentence + 1,
        stretches=tuple(_stretches(sentence, details)),
    )


def _percent(confidence: float) -> int:
    """Whole per cent, rounded down, so that what is marked as unsure never reads as 60 %."""
    return int(round(100 * confidence, 6))


def _stretches(sentence: Sentence, details: Iterable[Detail]) -> Iterator[_Stretch]:
    """The text of a sentence in stretches that lie in details or outside all of them."""
    spans = [
        (max(0, one.start - sentence.start), max(0, one.end - sentence.start), one.kind)
        for one in details
    ]
    marked = bytearray(len(sentence.text))
    for start, end, _ in spans:
        marked[start:end] = b"\1" * len(marked[start:end])
    for inside, run in groupby(range(len(marked)), key=marked.__getitem__):
        places = list(run)
        first, after = places[0], places[-1] + 1
        kinds = {kind for start, end, kind in spans if start < after and first < end and inside}
        yield _Stretch(flowing(sentence.text[first:after]), ", ".join(sorted(kinds)))
