"""The names and numbers of one document that the other never states.

A number is stated when the other document has the same value, however it is written, or a span of time
as long (`48 horas`, `deux jours`), the same share (`50 %`, `metade`), or a value near it and one of
both is said to be rounded (`quase 30 mil`). A name is stated
when one of its words is spelt almost the same there, or when it comes near a word or a name there in
meaning (`Londres`, `London`). The whole other document counts, not only the linked sentences: what
stands elsewhere is no news.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from aligner.evidence import Number, known_names, names, numbers, words
from aligner.spelling import folded
from aligner.types import Detail, Document, Kind, Sentence
from aligner.units import is_near, shares

Encode = Callable[[list[str]], npt.NDArray[np.float32]]

# Spelling similarity, 0 to 100 (rapidfuzz ratio), from which two words are one name. 75 to 85 are equal
# within 0.01 detail F1 on the development articles.
SAME_SPELLING = 80
# Cosine from which two names mean the same; from 0.5 to 0.7 detail F1 rises by 0.02, and same/partial is
# best at 0.6.
SAME_MEANING = 0.6
# Number words up to this are as often articles and pronouns ('one of the two') as counts.
LARGEST_VAGUE_WORD = 2
# Rounded numbers are compared as such from here on; whole numbers in this range are mostly years.
LEAST_ROUNDED, YEARS = 20, (1900, 2100)

_UNIT_BEFORE = re.compile(r"(?:[A-Z]{1,3})?[$€£¥]\s?$")
_UNIT_AFTER = re.compile(r"\s?[%‰€£]")
_PERCENT_AFTER = re.compile(
    r"\s?%|\s(?:por cento|por ciento|pour cent|per ?cent|prozent|procent)", re.IGNORECASE
)


def absent_facts(a: Document, b: Document, encode: Encode) -> list[tuple[Detail, ...]]:
    """For each sentence of a, its names and numbers that b never states, in the order of the text.

    `encode` gives vectors `[n, d]` of length 1; only names whose spelling settles nothing need it.
    """
    absent_names = _absent_names(a, b, encode)
    stated = _Numbers(b)
    return [
        tuple(
            sorted(
                [
                    *_absent_numbers(sentence, a.language, stated),
                    *(_detail(sentence, span, "name") for span in absent_names[k]),
                ],
                key=lambda detail: detail.start,
            )
        )
        for k, sentence in enumerate(a.sentences)
    ]


def _detail(sentence: Sentence, span: tuple[int, int], kind: Kind) -> Detail:
    start, end = span
    return Detail(sentence.start + start, sentence.start + end, sentence.text[start:end], kind)


class _Numbers:
    """The numbers of a document, asked whether one of another is among them."""

    def __init__(self, document: Document) -> None:
        found = [
            number for one in document.sentences for number in numbers(one.text, document.language)
        ]
        self._lengths: dict[float, set[float | None]] = {}
        for number in found:
            self._lengths.setdefault(number.value, set()).add(number.seconds)
        self._seconds = {number.seconds for number in found if number.seconds is not None}
        self._near = [number for number in found if _may_be_near(number.value)]
        self._shares = {share for one in document.sentences for share in shares(one.text)}

    def state(self, number: Number, *, percent: bool) -> bool:
        """True where the number is stated in any way; three days are not three weeks."""
        if number.seconds is not None:
            if number.seconds in self._seconds:
                return True
            return None in self._lengths.get(number.value, ())
        if number.value in self._lengths:
            return True
        if percent:
            return any(abs(number.value - share) < 1 for share in self._shares)
        return _may_be_near(number.value) and any(
            (number.rounded and is_near(other.value, number.value))
            or (other.rounded and is_near(number.value, other.value))
            for other in self._near
        )


def _may_be_near(value: float) -> bool:
    """True for values that are rounded in the telling; years are not, nor are small counts."""
    return value >= LEAST_ROUNDED and not YEARS[0] <= value <= YEARS[1]


def _absent_numbers(sentence: Sentence, language: str, stated: _Numbers) -> list[Detail]:
    """The numbers of a sentence that are not among those stated, with their currency or per cent."""
    text = sentence.text
    found = []
    for number in numbers(text, language):
        vague = number.value <= LARGEST_VAGUE_WORD and not text[number.start].isdigit()
        after = _UNIT_AFTER.match(text, number.end)
        percent = _PERCENT_AFTER.match(text, number.end) is not None
        if vague or stated.state(number, percent=percent):
            continue
        before = _UNIT_BEFORE.search(text[: number.start])
        span = (before.start() if before else number.start, after.end() if after else number.end)
        found.append(_detail(sentence, span, "number"))
    return found


def _absent_names(a: Document, b: Document, encode: Encode) -> list[list[tuple[int, int]]]:
    """Offsets, within each sentence of a, of the names that b has in no spelling and no meaning."""
    of_a, of_b = _names_of(a), _names_of(b)
    words_of_b = {s.text[x:y] for s in b.sentences for x, y in words(s.text)}
    spellings = _Spellings({folded(word) for word in words_of_b})
    unspelt = {
        s.text[x:y]
        for s, spans in zip(a.sentences, of_a, strict=True)
        for x, y in spans
        if not spellings.have(s.text[x:y])
    }
    names_of_b = {s.text[x:y] for s, spans in zip(b.sentences, of_b, strict=True) for x, y in spans}
    absent = _without_meaning_in(sorted(unspelt), sorted(words_of_b | names_of_b), encode)
    return [
        [(x, y) for x, y in spans if s.text[x:y] in absent]
        for s, spans in zip(a.sentences, of_a, strict=True)
    ]


def _names_of(document: Document) -> list[list[tuple[int, int]]]:
    texts = [sentence.text for sentence in document.sentences]
    known = known_names(texts)
    return [names(text, known, document.language) for text in texts]


class _Spellings:
    """The words of a text, asked whether a name is among them in nearly the same letters."""

    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._ordered = sorted(known)

    def have(self, name: str) -> bool:
        """True when any capitalised or digit-bearing word of the name occurs; particles do not count."""
        from rapidfuzz.fuzz import ratio
        from rapidfuzz.process import extractOne

        for x, y in words(name):
            word = name[x:y]
            if word.islower():
                continue
            spelling = folded(word)
            if spelling in self._known:
                return True
            if extractOne(spelling, self._ordered, scorer=ratio, score_cutoff=SAME_SPELLING):
                return True
        return False


def _without_meaning_in(texts: list[str], others: list[str], encode: Encode) -> set[str]:
    """The texts that come near none of the others in meaning."""
    if not texts or not others:
        return set(texts)
    vectors = encode([*texts, *others])
    nearest = (vectors[: len(texts)] @ vectors[len(texts) :].T).max(axis=1)
    return {text for text, cosine in zip(texts, nearest, strict=True) if cosine < SAME_MEANING}
