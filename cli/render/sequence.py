"""The order in which a report tells a comparison, and what it leaves out.

A report follows document a. A link stands where a has its first sentence. A one-sided sentence of b
stands after the link that holds the nearest linked sentence before it in b, behind a's one-sided
sentences at the same place, as in `diff`; it opens the report if b has no linked sentence before it.
So where links cross, what b adds stays beside the statement that b adds it to.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from aligner.types import Comparison, Link, Only, Side


@dataclass(frozen=True, slots=True)
class OneSided:
    """A one-sided sentence with the side it stands on."""

    side: Side
    only: Only
    boilerplate: bool


@dataclass(frozen=True, slots=True)
class Elided:
    """A stretch left out: how many links and how many lines of boilerplate it has."""

    links: int
    boilerplate: int


Entry = Link | OneSided
UNSURE = 0.6  # a confidence below this calls for a look, whatever the entry says
OPENING = -1  # where what precedes the first link belongs


def reading_order(comparison: Comparison) -> list[Entry]:
    """Every link and every one-sided sentence, each once."""
    starts = {link.a[0]: number for number, link in enumerate(comparison.links)}
    only_a = {one.only.sentence: one for one in _one_sided(comparison, "a")}
    additions = _additions_by_link(comparison)
    entries: list[Entry] = []
    place = OPENING
    for sentence in range(len(comparison.a.sentences)):
        if sentence in only_a:
            entries.append(only_a[sentence])
        elif sentence in starts:
            entries += additions[place]
            place = starts[sentence]
            entries.append(comparison.links[place])
    return entries + additions[place]


def selected(
    comparison: Comparison, only: Side | None, context: int | None
) -> list[Entry | Elided]:
    """What a report shows: what one side alone says, or what differs with `context` around it."""
    entries = reading_order(comparison)
    if only is None:
        return near_differences(entries, context)
    return [entry for entry in entries if said_only_in(only, entry)]


def near_differences(entries: list[Entry], context: int | None) -> list[Entry | Elided]:
    """Differences and doubts with at most `context` entries around each.

    None leaves nothing out, nor does a context of as many links as there are: where nothing differs,
    there is nothing to be near to.
    """
    if context is None or context >= sum(isinstance(entry, Link) for entry in entries):
        return list(entries)
    differences = [
        number for number, entry in enumerate(entries) if is_difference(entry) or is_unsure(entry)
    ]

    def near(number: int) -> bool:
        following = bisect_left(differences, number - context)
        return following < len(differences) and differences[following] <= number + context

    shown: list[Entry | Elided] = []
    left_out: list[Entry] = []
    for number, entry in enumerate(entries):
        if not near(number):
            left_out.append(entry)
            continue
        shown += _elided(left_out)
        left_out.clear()
        shown.append(entry)
    return shown + _elided(left_out)


def is_difference(entry: Entry) -> bool:
    """Whether an entry says something that one document lacks; boilerplate says nothing."""
    if isinstance(entry, Link):
        return entry.relation == "partial"
    return not entry.boilerplate


def is_unsure(entry: Entry) -> bool:
    """Whether an entry is little better than the toss of a coin; of boilerplate nobody asks."""
    if isinstance(entry, Link):
        return entry.confidence < UNSURE
    return not entry.boilerplate and entry.only.confidence < UNSURE


def said_only_in(side: Side, entry: Entry) -> bool:
    """Whether an entry holds something that `side` alone says."""
    if isinstance(entry, Link):
        return bool(entry.a_only if side == "a" else entry.b_only)
    return entry.side == side and not entry.boilerplate


def _one_sided(comparison: Comparison, side: Side) -> Iterable[OneSided]:
    sentences = comparison.document(side).sentences
    for only in comparison.only(side):
        yield OneSided(side, only, sentences[only.sentence].boilerplate)


def _additions_by_link(comparison: Comparison) -> dict[int, list[Entry]]:
    """The one-sided sentences of b by the number of the link they stand after."""
    holders = {k: number for number, link in enumerate(comparison.links) for k in link.b}
    only_b = {one.only.sentence: one for one in _one_sided(comparison, "b")}
    additions: dict[int, list[Entry]] = defaultdict(list)
    place = OPENING
    for sentence in range(len(comparison.b.sentences)):
        if sentence in only_b:
            additions[place].append(only_b[sentence])
        else:
            place = holders[sentence]
    return additions


def _elided(entries: list[Entry]) -> list[Elided]:
    links = sum(isinstance(entry, Link) for entry in entries)
    return [Elided(links, len(entries) - links)] if entries else []
