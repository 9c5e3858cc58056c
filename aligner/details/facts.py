"""The names and numbers of one document that the other never states.

A number is stated when the other document has the same value, however it is written, or a span of time
as long (`48 horas`, `deux jours`), the same share (`50 %`, `metade`), or a value near it and one of
both is said to be rounded (`quase 30 mil`). A name is stated
when one of its words is spelt almost the same there, or when it comes near a word or a name there in
meaning (`Londres`, `London`). The whole other document counts, not only the linked sentences: what
stands elsewhere is no news.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

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
LONGEST_UNIT = (
    6  # characters of a currency before a number; more are not looked at, once for each number
)
# Comparisons of two words, by spelling or by meaning, between two texts. Two books of 5,000 names and
# 30,000 words need a third; what spells nothing has more, and then only equal spellings count.
MOST_COMPARED = 500_000_000
AT_A_TIME = 256  # names compared with all words of a book at once, to bound memory
# Number words up to this are as often articles and pronouns ('one of the two') as counts.
LARGEST_VAGUE_WORD = 2
# Rounded numbers are compared as such from here on; whole numbers in this range are mostly years.
LEAST_ROUNDED, YEARS = 20, (1900, 2100)

_UNIT_BEFORE = re.compile(r"(?:[A-Z]{1,3})?[$€£¥]\s?$")
_UNIT_AFTER = re.compile(r"\s?[%‰€£]")
_PERCENT_AFTER = re.compile(
    r"\s?%|\s(?:por cento|por ciento|pour cent|per ?cent|prozent|procent)", re.IGNORECASE
)


# Sentences of b that stand for a sentence of a.
Counterparts = Mapping[int, Sequence[int]]


def absent_facts(
    a: Document, b: Document, encode: Encode, counterparts: Counterparts | None = None
) -> list[tuple[Detail, ...]]:
    """For each sentence of a, its names and numbers that b never states, in the order of the text.

    `encode` gives vectors `[n, d]` of length 1; only names whose spelling settles nothing need it.
    `counterparts`: where a word that is no name may mean the same as one (`allemand`, `Deutschland`);
    anywhere in b by default. In a long text some word is near by chance.
    """
    absent_names = _absent_names(a, b, encode, counterparts)
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
        near = [number for number in found if _may_be_near(number.value)]
        self._near = sorted(number.value for number in near)
        self._rounded = sorted(number.value for number in near if number.rounded)
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
        if not _may_be_near(number.value):
            return False
        # Those on either side of it are the nearest, and near it if any is.
        return (
            number.rounded
            and any(is_near(other, number.value) for other in _around(self._near, number.value))
        ) or any(is_near(number.value, other) for other in _around(self._rounded, number.value))


def _around(ascending: Sequence[float], value: float) -> Sequence[float]:
    """The last of some numbers before a value, and the first from it on."""
    place = bisect_left(ascending, value)
    return ascending[max(0, place - 1) : place + 1]


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
        before = _UNIT_BEFORE.search(text, max(0, number.start - LONGEST_UNIT), number.start)
        span = (before.start() if before else number.start, after.end() if after else number.end)
        found.append(_detail(sentence, span, "number"))
    return found


def _absent_names(
    a: Document, b: Document, encode: Encode, counterparts: Counterparts | None
) -> list[list[tuple[int, int]]]:
    """Offsets, within each sentence of a, of the names that b has in no spelling and no meaning."""
    of_a, of_b = _names_of(a), _names_of(b)
    words_of_b = [{s.text[x:y] for x, y in words(s.text)} for s in b.sentences]
    spellings = _Spellings({folded(word) for word in set().union(*words_of_b)})
    unspelt = [
        {s.text[x:y] for x, y in spans if not spellings.have(s.text[x:y])}
        for s, spans in zip(a.sentences, of_a, strict=True)
    ]
    others = {s.text[x:y] for s, spans in zip(b.sentences, of_b, strict=True) for x, y in spans}
    if counterparts is None:
        others |= set().union(*words_of_b)
    else:
        near = {j for k, found in enumerate(unspelt) if found for j in counterparts.get(k, ())}
        others |= set().union(*(words_of_b[j] for j in near))
    absent = _without_meaning_in(sorted(set().union(*unspelt)), sorted(others), encode)
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
        self._ordered = sorted(known)
        self._have = dict.fromkeys(known, True)
        self._left = MOST_COMPARED

    def have(self, name: str) -> bool:
        """True when any capitalised or digit-bearing word of the name occurs; particles do not count."""
        return any(
            self._have_word(folded(name[x:y])) for x, y in words(name) if not name[x:y].islower()
        )

    def _have_word(self, spelling: str) -> bool:
        from rapidfuzz.fuzz import ratio
        from rapidfuzz.process import extractOne

        if spelling not in self._have:
            self._left -= len(self._ordered)
            if self._left < 0:
                return False
            found = extractOne(spelling, self._ordered, scorer=ratio, score_cutoff=SAME_SPELLING)
            self._have[spelling] = found is not None
        return self._have[spelling]


def _without_meaning_in(texts: list[str], others: list[str], encode: Encode) -> set[str]:
    """The texts that come near none of the others in meaning."""
    if not 0 < len(texts) * len(others) <= MOST_COMPARED:
        return set(texts)
    vectors = encode([*texts, *others])
    found, known = vectors[: len(texts)], vectors[len(texts) :].T
    nearest = [
        cosine
        for start in range(0, len(texts), AT_A_TIME)
        for cosine in (found[start : start + AT_A_TIME] @ known).max(axis=1).tolist()
    ]
    return {text for text, cosine in zip(texts, nearest, strict=True) if cosine < SAME_MEANING}
