"""Numbers, words and names of a text, made comparable across languages.

`100 mil`, `100 000` and `cem mil` are one value. Number words are read by text2num (Allo-Media), for
the eight languages it knows. Digits are read here: locale-aware readers such as babel's refuse or
misread the mixed spellings of real articles (`4.3%` in a Portuguese text becomes 43).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aligner.types import Sentence
from aligner.units import is_rounded, seconds_of
from aligner.unspaced import UNSPACED, cut, is_unspaced, pieces

NUMBER_WORD_LANGUAGES = frozenset("fr es en pt de nl da it".split())
# Languages that write 1,234.5; all others here write 1.234,5 or 1 234,5.
POINT_LANGUAGES = frozenset("en ja ko th zh".split())

# A line may end inside a number of a wrapped text.
_SPACES = " \n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_DIGITS = re.compile(
    rf"(?<![^\W{UNSPACED}])(?<![.,])"
    rf"\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+(?:[.,]\d+)?(?![^\W{UNSPACED}])"  # 100 000, 1'234.5
    rf"|(?<![^\W{UNSPACED}])\d+(?:[.,]\d+)*"
)
_WORD = re.compile(r"[^\W_]+")
_HOURS_AFTER = re.compile(r"h(?!\w)")
_SCALES = (1e3, 1e6, 1e9, 1e12)
# The tens of thousands of East Asia, written behind digits.
_SCALE_SIGNS = {"百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "兆": 1e12}


@dataclass(frozen=True, slots=True)
class Number:
    """A value and where it stands; half-open offsets in code points.

    `seconds`: how long it is, of a span of time such as `48 horas`. `rounded`: the text says that it is.
    """

    value: float
    start: int
    end: int
    seconds: float | None = None
    rounded: bool = False


def _value_of_digits(written: str, language: str) -> float:
    """The value of digits with separators, the last of which may be a decimal sign."""
    plain = re.sub(rf"[{_SPACES}'’]", "", written)
    signs = re.findall(r"[.,]", plain)
    if not signs:
        return float(plain)
    head, tail = re.split(r"[.,](?=\d*$)", plain)
    thousands = "," if language in POINT_LANGUAGES else "."
    grouped = len(tail) == 3 and head not in ("0", "") and signs[-1] == thousands
    if grouped or signs.count(signs[-1]) > 1:
        return float(re.sub(r"[.,]", "", plain))
    return float(f"{re.sub(r'[.,]', '', head)}.{tail}")


class _Token(str):
    """A token as text2num asks for it."""

    __slots__ = ()

    def text(self) -> str:
        return str(self)

    def text_lowercase(self) -> str:
        return self.lower()

    def nt_separated(self, _previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _number_words(text: str, language: str) -> Iterator[Number]:
    """Numbers written in words, `milhões` alone included.

    Articles that mean one are left out, and ordinals: `quarta-feira` is no four, `second` a moment.
    """
    if language not in NUMBER_WORD_LANGUAGES:
        return
    from text_to_num import find_numbers

    text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair would crash it
    tokens = [(m.start(), m.end()) for m in re.finditer(r"[^\W\d_]+|\S|\s+", text)]
    found = find_numbers([_Token(text[s:e]) for s, e in tokens], language, threshold=0)
    for one in found:
        written = text[tokens[one.start][0] : tokens[one.end - 1][1]]
        if one.value > 1 and not one.is_ordinal and not any(c.isdigit() for c in written):
            yield Number(one.value, tokens[one.start][0], tokens[one.end - 1][1])


def _scaled(number: Number, text: str) -> Number:
    """A number with the sign behind it that tells how many it counts: `300万` are three million."""
    scale = _SCALE_SIGNS.get(text[number.end : number.end + 1])
    return replace(number, value=number.value * scale, end=number.end + 1) if scale else number


def numbers(text: str, language: str) -> list[Number]:
    """The numbers of a text in the order they stand in, scale words multiplied in.

    `1,5 milhão` is one number, 1 500 000. The 910 of `910B` is none: it is a name; that of `48h` is one.
    """
    digits = [
        _scaled(Number(_value_of_digits(m[0], language), m.start(), m.end()), text)
        for m in _DIGITS.finditer(text)
        if not (after := text[m.end() : m.end() + 1]).isalpha()
        or is_unspaced(after)
        or _HOURS_AFTER.match(text, m.end())
    ]
    words = list(_number_words(text, language))
    joined: list[Number] = []
    for number in sorted(digits + words, key=lambda one: one.start):
        last = joined[-1] if joined else None
        if last and number.value in _SCALES and text[last.end : number.start].strip() == "":
            joined[-1] = Number(last.value * number.value, last.start, number.end)
        else:
            joined.append(number)
    return [
        replace(
            one,
            seconds=seconds_of(one.value, text, one.end),
            rounded=is_rounded(text, one.start),
        )
        for one in joined
    ]


def words(text: str) -> list[tuple[int, int]]:
    """Half-open offsets of the words of a text; an elided article (`l'`, `d’`) is a word of its own."""
    return cut(text, [m.span() for m in _WORD.finditer(text)])


def phrases(text: str, size: int, step: int = 1) -> list[tuple[int, int]]:
    """Half-open offsets of runs of `size` consecutive words, each `step` words after the last.

    They begin and end at white space or, in scripts without it, at words, and every word is in one.
    Words of one letter or none do not count as long as there are others; a text with no more words than
    `size` is one phrase.
    """
    parts = pieces(text) or [(0, len(text))]
    found = [span for span in parts if sum(map(str.isalnum, text[slice(*span)])) > 1] or parts
    last = max(0, len(found) - size)
    starts = dict.fromkeys([*range(0, last, step), last])
    return [(found[k][0], found[min(k + size, len(found)) - 1][1]) for k in starts]


def rarities(documents_words: Sequence[Sequence[str]]) -> list[list[float]]:
    """For the words of each sentence, how rare they are among the sentences, the rarest highest.

    The inverse document frequency (Spärck Jones 1972), a sentence being a document.
    """
    folded = [[word.lower() for word in of_sentence] for of_sentence in documents_words]
    among = Counter(word for of_sentence in folded for word in set(of_sentence))
    return [
        [math.log((len(folded) + 1) / (among[word] + 0.5)) for word in of_sentence]
        for of_sentence in folded
    ]


_QUOTES = frozenset('«»“”„‟"「」『』')
# A quotation of fewer words is a term or a title.
_SHORTEST_QUOTATION = 3
# A sentence with this share of its letters inside quotes goes on with the quotation before it.
_WHOLLY_QUOTED = 0.6


@dataclass(frozen=True, slots=True)
class Quoted:
    """What of a sentence stands in quotation marks, and the whole quotation it is part of.

    `block` numbers the quotations of a text: sentences with equal numbers are one speech.
    """

    text: str
    whole: str
    block: int


def quotations(sentences: Sequence[Sentence]) -> list[Quoted | None]:
    """For each sentence its quotation, followed over the sentences of a paragraph; None for none."""
    found: list[tuple[str, int] | None] = []
    inside, paragraph, block = False, -1, -1
    for sentence in sentences:
        if sentence.paragraph != paragraph:
            inside, paragraph = False, sentence.paragraph
            previous = False
        else:
            previous = bool(found and found[-1])
        opened = inside
        text, inside = _quoted_text(sentence.text, inside=inside)
        if len(words(text)) < _SHORTEST_QUOTATION:
            found.append(None)
            continue
        share = _letters(text) / max(1, _letters(sentence.text))
        if not (previous and (opened or share > _WHOLLY_QUOTED)):
            block += 1
        found.append((text, block))
    whole: dict[int, list[str]] = {}
    for one in found:
        if one:
            whole.setdefault(one[1], []).append(one[0])
    return [one and Quoted(one[0], " ".join(whole[one[1]]), one[1]) for one in found]


def _quoted_text(text: str, *, inside: bool) -> tuple[str, bool]:
    """What stands between quotation marks, and whether the last one is still open at the end."""
    quoted = []
    for char in text:
        if char in _QUOTES:
            inside = not inside
            quoted.append(" ")
        elif inside:
            quoted.append(char)
    return " ".join("".join(quoted).split()), inside


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


# Small words that join the parts of a name: `Tribunal Superior de Justicia`, `Bank of England`.
_PARTICLES = frozenset(
    "al bin d da das de degli dei del della den der des di do dos du e el la las le los of the van"
    " von y".split()
)


def _looks_like_name(word: str) -> bool:
    """True for the shapes that are names wherever they stand: `OMS`, `TikTok`, `910B`."""
    if word.islower() and word.isalpha():  # most words
        return False
    if any(c.isdigit() for c in word):
        return any(c.isalpha() and not is_unspaced(c) for c in word)
    return len(word) > 1 and any(c.isupper() for c in word[1:])


def _is_title(sentence: str, spans: list[tuple[int, int]]) -> bool:
    """True for a line In Title Case, where capitals say nothing."""
    long = [sentence[s] for s, e in spans if e - s > 3]
    return len(long) >= 5 and sum(c.isupper() for c in long) > 0.85 * len(long)


def known_names(sentences: list[str]) -> frozenset[str]:
    """The words that a text writes with a capital inside sentences, or that only a name looks like."""
    found = set()
    for sentence in sentences:
        spans = words(sentence)
        title = _is_title(sentence, spans)
        for k, (start, end) in enumerate(spans):
            word = sentence[start:end]
            capital = len(word) > 1 and word[0].isupper() and not title
            inside = k > 0 and capital and not _opens(sentence, start)
            if inside or _looks_like_name(word):
                found.add(word)
    return frozenset(found)


def _opens(sentence: str, start: int) -> bool:
    """True where a word begins a sentence or a quotation, and its capital says nothing."""
    before = sentence[:start].rstrip()
    return not before or before[-1] in "«“„\"'‘‹([.!?…:—–-"


def names(sentence: str, known: frozenset[str], language: str) -> list[tuple[int, int]]:
    """Half-open offsets of the names of a sentence, particles inside a name included.

    A capital at the beginning of a sentence or in a title counts only for words that are `known` as
    names from elsewhere in the text. German writes every noun with a capital: there a single word
    must look like a name.
    """
    spans = [(s, e) for s, e in words(sentence) if sentence[s:e] in known]
    joined: list[list[int]] = []
    for start, end in spans:
        if joined:
            between = sentence[joined[-1][1] : start]
            if (
                not set(between) & set(",;:.!?()")
                and all(word.lower() in _PARTICLES for word in re.findall(r"\w+", between))
                and len(between) < 12
            ):
                joined[-1][1] = end
                continue
        joined.append([start, end])
    if language == "de":
        joined = [
            [s, e] for s, e in joined if " " in sentence[s:e] or _looks_like_name(sentence[s:e])
        ]
    return [(s, e) for s, e in joined]
