"""The result of a comparison and its parts: frozen values that know nothing of their display.

Everything that can be computed from other fields is a property. A `Comparison` is checked when it
is made: every sentence of either document is in exactly one `Link` or in exactly one `Only`.
"""

from dataclasses import dataclass, replace
from typing import Literal

# The language of a text in none that could be told (ISO 639-2).
UNDETERMINED = "und"
Side = Literal["a", "b"]
Order = Literal["free", "monotonic"]
Relation = Literal["same", "partial"]
Kind = Literal["name", "number", "clause"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, headline or line of a document.

    `start` and `end` are half-open offsets in code points into `Document.text`;
    `text == document.text[start:end]`. `paragraph` counts the paragraphs of the document from 0: its
    non-empty lines, or its blocks of lines where the text is wrapped at a fixed width.
    `boilerplate` marks page furniture (section label, log-in notice, agency credit).
    """

    text: str
    start: int
    end: int
    paragraph: int
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was read, and its sentences in document order.

    `language` is a lower-case ISO 639-1 code, or `und` where it could not be told.
    """

    name: str
    language: str
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A span of one document that the other document never states; offsets as in `Sentence`."""

    start: int
    end: int
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Link:
    """A group of sentences of a and a group of sentences of b that report the same thing.

    `a` and `b` hold sentence numbers, ascending and not empty. `confidence` is the probability, 0 to
    1, that the link holds; `similarity` is the cosine of the two groups' embeddings, -1 to 1.
    `a_only` and `b_only` are the details that only that side states.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    relation: Relation
    confidence: float
    similarity: float
    a_only: tuple[Detail, ...] = ()
    b_only: tuple[Detail, ...] = ()

    def swapped(self) -> "Link":
        """The same link seen from the other document."""
        return replace(self, a=self.b, b=self.a, a_only=self.b_only, b_only=self.a_only)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence of the other document that comes closest, with its cosine, -1 to 1."""

    sentence: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Only:
    """A sentence that the other document has no counterpart for.

    `confidence` is the probability, 0 to 1, that there is none. `details` are its names and numbers
    that occur nowhere in the other document: what makes it news.
    """

    sentence: int
    confidence: float
    nearest: Nearest
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sentences of one document there are, by fate; the last three add up to the first."""

    sentences: int
    linked: int
    only: int
    boilerplate: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two documents share and what only one of them says: the result.

    `links` are in the order of their first sentence of a; `only_a` and `only_b` in document order.
    `notes` are plain sentences on how the answer came about (a guess, a fallback). `signature` names
    the version, the model and every option that changes the answer; equal inputs with equal
    signatures give equal results. Raises ValueError when a sentence is in no place or in two.
    """

    a: Document
    b: Document
    links: tuple[Link, ...]
    only_a: tuple[Only, ...]
    only_b: tuple[Only, ...]
    order: Order
    notes: tuple[str, ...] = ()
    signature: str = ""

    def __post_init__(self) -> None:
        for side, document, only in (("a", self.a, self.only_a), ("b", self.b, self.only_b)):
            placed = [k for link in self.links for k in getattr(link, side)]
            placed += [one.sentence for one in only]
            if sorted(placed) != list(range(len(document.sentences))):
                raise ValueError(f"sentences of {side} are not each in one place: {sorted(placed)}")

    def swapped(self) -> "Comparison":
        """The result of comparing b with a, derived from that of a with b."""
        links = sorted((link.swapped() for link in self.links), key=lambda link: link.a)
        return replace(
            self,
            a=self.b,
            b=self.a,
            links=tuple(links),
            only_a=self.only_b,
            only_b=self.only_a,
        )

    def document(self, side: Side) -> Document:
        """The document of that side."""
        return self.a if side == "a" else self.b

    def only(self, side: Side) -> tuple[Only, ...]:
        """The one-sided sentences of that side, boilerplate included."""
        return self.only_a if side == "a" else self.only_b

    def counts(self, side: Side) -> Counts:
        """How many sentences of that side are linked, one-sided, and boilerplate in no link."""
        sentences = self.document(side).sentences
        only = self.only(side)
        boilerplate = sum(sentences[one.sentence].boilerplate for one in only)
        return Counts(
            sentences=len(sentences),
            linked=len(sentences) - len(only),
            only=len(only) - boilerplate,
            boilerplate=boilerplate,
        )

    @property
    def differs(self) -> bool:
        """True when either document says something that the other does not."""
        one_sided = self.counts("a").only + self.counts("b").only
        return one_sided > 0 or any(link.relation == "partial" for link in self.links)
