"""The names and numbers of one document that the other never states.

A number is stated when the other document has the same value, however it is written. A name is stated
when one of its words is spelt almost the same there, or when it comes near a word or a name there in
meaning (`Londres`, `London`). The whole other document counts, not only the linked sentences: what
stands elsewhere is no news.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from aligner.evidence import folded, known_names, names, numbers, words
from aligner.types import Detail, Document, Kind, Sentence

Encode = Callable[[list[str]], npt.NDArray[np.float32]]

# Spelling similarity, 0 to 100 (rapidfuzz ratio), from which two words are one name. 75 to 85 are equal
# within 0.01 detail F1 on the development articles.
SAME_SPELLING = 80
# Cosine from which two names mean the same; from 0.5 to 0.7 detail F1 rises by 0.02, and same/partial is
# best at 0.6.
SAME_MEANING = 0.6
# Number words up to this are as often articles and pronouns ('one of the two') as counts.
LARGEST_VAGUE_WORD = 2

_UNIT_BEFORE = re.compile(r"(?:[A-Z]{1,3})?[$€£¥]\s?$")
_UNIT_AFTER = re.compile(r"\s?[%‰€£]")


def absent_facts(a: Document, b: Document, encode: Encode) -> list[tuple[Detail, ...]]:
    """For each sentence of a, its names and numbers that b never states, in the order of the text.

    `encode` gives vectors `[n, d]` of length 1; only names whose spelling settles nothing need it.
    """
    absent_names = _absent_names(a, b, encode)
    stated = {number.value for one in b.sentences for number in numbers(one.text, b.language)}
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


def _absent_numbers(sentence: Sentence, language: str, stated: set[float]) -> list[Detail]:
    """The numbers of a sentence that are not among those stated, with their currency or per cent."""
    text = sentence.text
    found = []
    for number in numbers(text, language):
        vague = number.value <= LARGEST_VAGUE_WORD and not text[number.start].isdigit()
        if number.value in stated or vague:
            continue
        before = _UNIT_BEFORE.search(text[: number.start])
        after = _UNIT_AFTER.match(text, number.end)
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
