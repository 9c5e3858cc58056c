"""The report as Markdown, to paste into an issue, a wiki or a chat.

Signs, numbers and brackets are those of the console. Nothing of the texts is markup: punctuation that
means something in Markdown is escaped, and what code hosts make active in finished text (addresses,
`@names`, `#numbers`, `:emoji:`) gets a space of no width inside.
"""

import re
from collections.abc import Iterable, Iterator

from aligner.types import Comparison, Detail, Link, Side

from .layout import Piece
from .marks import MARKS, furniture, gap, linked_text, news
from .naming import SIDES, full_name, language_name, short_name
from .options import RenderOptions
from .sequence import Elided, Entry, OneSided, is_unsure, selected
from .summary import counts, summary
from .visible import flowing

# https://spec.commonmark.org/0.31.2/#backslash-escapes; $ begins formulas on code hosts.
MARKUP = re.compile(r"[\\`*_{}\[\]<>|~!&$^#]")
# Where GitHub, GitLab and linkify-it would see a mention, a reference, an address or an emoji.
ACTIVE = re.compile(
    r"[@#](?=\w)|!(?=\d)|\bGH-(?=\d)|:(?=[\w+-]+:)|/(?=/)|\bwww(?=\.)"
    r"|\b(?:mailto|xmpp)(?=:)"
    # Without a scheme, linkify-it takes what ends in a country, or in one of these, for an address.
    r"|(?<=\w)\.(?=(?:[a-z]{2}|biz|com|edu|gov|net|org|pro|web|xxx|aero|asia|coop|info|museum|name"
    r"|shop|xn--|рф))",
    re.IGNORECASE,
)
BREAK = "\u200b"  # never in a text here: `flowing` drops it


def render(comparison: Comparison, options: RenderOptions) -> str:
    """The comparison as Markdown; `width`, `color` and `side_by_side` do not apply."""
    sections = [[_code(_text(summary(comparison)))]]
    if not options.quiet:
        sections.insert(0, [_item(comparison, side) for side in SIDES])
        sections.insert(1, list(_table(comparison, options)))
        sections.append(list(_remarks(comparison)))
    return "\n".join("".join(f"{line}\n" for line in section) for section in sections if section)


def escaped(text: str) -> str:
    """Text from outside as Markdown that shows it, on one line, and does nothing else."""
    broken = ACTIVE.sub(rf"\g<0>{BREAK}", flowing(text))
    return MARKUP.sub(r"\\\g<0>", broken).replace(BREAK, "&#8203;")


def _remarks(comparison: Comparison) -> Iterator[str]:
    for note in comparison.notes:
        yield f"- note: {escaped(note)}"
    if signature := _code(flowing(comparison.signature)):
        yield f"- {signature}"


def _item(comparison: Comparison, side: Side) -> str:
    name, language = full_name(comparison, side), language_name(comparison, side)
    return f"- {_code(f'{MARKS[side] * 3} {name}')} {escaped(language)}, {counts(comparison, side)}"


def _code(text: str) -> str:
    """Text as code, in which nothing is markup but as many backticks as it is fenced with."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, text = "`" * (longest + 1), text.strip()
    if not text:
        return ""
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def _table(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    """A row for each entry: its sign, then number and text of each side."""
    entries = selected(comparison, options.only, options.context)
    if not entries:
        yield escaped(f"Nothing is said only in {short_name(comparison, options.only or 'a')}.")
        return
    # A bar would end the cell of a table even in code, and there alone it can be escaped.
    a, b = (_code(short_name(comparison, side)).replace("|", r"\|") for side in SIDES)
    yield _row("", "", a, "", b)
    yield _row(":-:", "--:", "---", "--:", "---")
    for entry in entries:
        yield _row(*_cells(comparison, entry, options.only))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(
    comparison: Comparison, entry: Entry | Elided, only: Side | None
) -> tuple[str, str, str, str, str]:
    if isinstance(entry, Elided):
        return "", "", gap(entry), "", ""
    if isinstance(entry, Link):
        details_a = entry.a_only if only in {None, "a"} else ()
        details_b = entry.b_only if only in {None, "b"} else ()
        return (
            _sign(entry.relation, entry),
            *_linked(comparison, "a", entry.a, details_a),
            *_linked(comparison, "b", entry.b, details_b),
        )
    sign = "" if entry.boilerplate else _sign(entry.side, entry)
    alone = _alone(comparison, entry)
    return (sign, *alone, "", "") if entry.side == "a" else (sign, "", "", *alone)


def _sign(mark: str, entry: Entry) -> str:
    return f"`{MARKS[mark]}{'?' if is_unsure(entry) else ''}`"


def _linked(
    comparison: Comparison, side: Side, numbers: Iterable[int], details: Iterable[Detail]
) -> tuple[str, str]:
    """The numbers of a group, and its sentences with what only they say in brackets."""
    sentences = comparison.document(side).sentences
    texts = [escaped(_text(linked_text(sentences[k], details, side))) for k in numbers]
    return ", ".join(str(k + 1) for k in numbers), " ".join(texts)


def _alone(comparison: Comparison, one: OneSided) -> tuple[str, str]:
    """The number of a one-sided sentence, and its text with what makes it news."""
    sentence = comparison.document(one.side).sentences[one.only.sentence]
    text = furniture([sentence]) if one.boilerplate else sentence.text
    found = _text(news(one.only.details, one.side))
    return str(one.only.sentence + 1), escaped(f"{text} ({found})" if found else text)


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
