"""What goes to a worker and what comes back: one pair of documents, and what became of it."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeVar

ADDED_UP = ("same", "partial", "only_a", "only_b", "boilerplate")
Counts = Mapping[str, int | str]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents to compare.

    `name` is the relative path of their results, without a suffix. `a` and `b` are paths, or mere names
    where `texts` holds both texts. `confidence`: how sure it is that they belong together, 0 to 1, where
    that was found out. `size`: of both, in bytes. `key`: a digest of all that the result depends on.
    """

    name: str
    a: str
    b: str
    texts: tuple[str, str] | None = None
    confidence: float | None = None
    size: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pair: its `files`, by suffix, or the `reason` why there are none.

    `counts`: what an index tells of the pair (`counted` of `aligner.corpus.worker`).
    """

    pair: Pair
    state: Literal["done", "failed"]
    reason: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)


# Closed when nobody wants more of them, which ends the processes that make them.
Outcomes = Generator[Outcome, None, None]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the index.

    `state` `unpaired`: one document that has no counterpart, and why; `failed` without a name: one that
    could not be read to find its counterpart.
    """

    state: Literal["done", "failed", "missing", "unpaired"]
    name: str
    a: str
    b: str
    confidence: float | None
    counts: Counts
    reason: str


@dataclass(frozen=True, slots=True)
class Totals:
    """An index added up: pairs by state, the counts of `ADDED_UP`, and documents in no pair by side.

    `unread`: those that could not be read to find their counterpart.
    """

    states: Mapping[str, int]
    counts: Mapping[str, int]
    unpaired: Mapping[str, int]
    unread: Mapping[str, int]

    @property
    def pairs(self) -> int:
        """All pairs."""
        return sum(self.states.values())

    @property
    def alone(self) -> int:
        """All documents without a counterpart."""
        return sum(self.unpaired.values())

    @property
    def lines(self) -> int:
        """All lines of the index."""
        return self.pairs + self.alone + sum(self.unread.values())

    @property
    def failed(self) -> int:
        """All pairs, and documents in none, that failed."""
        return self.states.get("failed", 0) + sum(self.unread.values())

    @property
    def differs(self) -> bool:
        """Whether any document says something that no counterpart does."""
        return self.alone > 0 or any(self.counts[one] for one in ("partial", "only_a", "only_b"))


def groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Items by so many, as `itertools.batched` of Python 3.12 gives them."""
    waiting = iter(items)
    while some := list(islice(waiting, size)):
        yield some
