"""Page furniture: what a page prints around an article, such as its section, 'read more', 'log in'.

A line is furniture as a whole, for two kinds of reasons. What it says: the short phrases per language
in `boilerplate_phrases/`. What it looks like: a short line without a full stop, at a place where
articles have labels, bylines, headings and links. Looks count only in prose with paragraphs; where
every line is one sentence (verse, subtitles, files for translation) a short line is content.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_KINDS = ("whole", "start", "credit", "by", "ask", "ware", "notice", "version", "machine")
_LABELS = {"start", "credit"}

# Scripts without spaces, where a word counts as two characters on average.
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|['’.\-](?=\w))*")
_STOP = re.compile(r"[.!?…。！？؟۔।](?:\s?[\"'”’»›“‘)\]」』）])*$")
_QUESTION = re.compile(r"[?？؟]$")
_SENTENCE_BREAK = re.compile(r"[.!?…。！？؟][\"'”’»)]*\s+[«“\"—–]?\s*[^\W\d_a-zà-öø-ÿ]")
_SEPARATORS = re.compile(r"\s*[|/•·,;:+&()\[\]>›»–—]\s*|\s-\s")
_LEVELS = re.compile(r"\s[/|>›»–—·-]\s|[|>›]")
_IN_BRACKETS = re.compile(r"\([^()]{2,60}\)")
_RULE = re.compile(r"[\W_]{3,}")
_NOTHING = re.compile(r"(?!)")
# A phrase, folded, and what must stand before and after it, as a pattern.
_Bounded = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """The phrases of one kind, longest first, searched for in folded text as one pattern would be.

    A pattern of all takes as long to compile as hundreds of lines to look through: it is made of those
    that the text holds, most often none. `texts`: the phrases alone, to ask for all at once.
    """

    phrases: tuple[_Bounded, ...]
    texts: tuple[str, ...]

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self._opening(text).fullmatch(text)

    def match(self, text: str) -> re.Match[str] | None:
        return self._opening(text).match(text)

    def search(self, text: str) -> re.Match[str] | None:
        held = [k for k, phrase in enumerate(self.texts) if phrase in text]
        return _pattern(tuple(self.phrases[k] for k in held)).search(text)

    def _opening(self, text: str) -> re.Pattern[str]:
        """A pattern of the phrases with which a text begins."""
        if not text.startswith(self.texts):
            return _NOTHING
        return _pattern(tuple(one for one in self.phrases if text.startswith(one[0])))


@dataclass(frozen=True, slots=True)
class _Phrases:
    """What furniture says in one language, by kind."""

    whole: _Kind
    start: _Kind
    credit: _Kind
    by: _Kind
    ask: _Kind
    ware: _Kind
    notice: _Kind
    version: _Kind
    machine: _Kind


@dataclass(frozen=True, slots=True)
class _Line:
    """A line and what its looks tell. `top`, `tail`: among the first four or the last five lines."""

    text: str
    folded: str
    words: int
    stops: bool  # ends like a sentence
    digits: bool
    top: bool
    tail: bool

    @property
    def edge(self) -> bool:
        return self.top or self.tail


def furniture(lines: Sequence[str], language: str) -> list[bool]:
    """Which lines of a document are page furniture; the headline never is.

    The deck below it is by its words alone, never by its looks.

    Args:
        lines: the non-empty lines of the document, `n`, without white space around them.
        language: an ISO 639-1 code; for one without phrases of its own the English ones are used.

    Returns:
        A mark for each line, `n`. A text of one or two lines has none.
    """
    if len(lines) < 3:
        return [False] * len(lines)
    looked = [_look(line, number, len(lines)) for number, line in enumerate(lines)]
    phrases = _phrases(language)
    marks = [_speaks(line, phrases) for line in looked]
    headline = _headline(looked, marks)
    marks[:headline] = [True] * headline
    marks[headline] = False
    if _is_prose(looked):
        _mark_tail(looked, marks, headline)
        _mark_bylines(looked, marks, headline)
        _mark_headings(looked, marks, headline)
    _mark_afterthought(looked, marks)
    return marks


def _look(line: str, number: int, count: int) -> _Line:
    """Measure a line. Longer ones than furniture can be are cut: only their ends matter."""
    head = line[:400]
    return _Line(
        text=line,
        folded=_folded(head),
        words=len(_WORD.findall(head)),
        stops=_STOP.search(line[-12:]) is not None,
        digits=any(map(str.isdigit, head)),
        top=number < 4,
        tail=number >= count - 5,
    )


def _folded(text: str) -> str:
    """Lower case, without accents, with one kind of apostrophe and of space."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(letters.split())


@cache
def _phrases(language: str) -> _Phrases:
    """The phrases of a language, with those that every language shares."""
    folder = files("aligner.segment") / "boilerplate_phrases"
    known = {file.name for file in folder.iterdir()}
    own = f"{language}.toml" if f"{language}.toml" in known else "en.toml"
    lists = [tomllib.loads((folder / name).read_text("utf-8")) for name in (own, "any.toml")]
    return _Phrases(
        *(
            _kind([one for of in lists for one in of.get(kind, ())], label=kind in _LABELS)
            for kind in _KINDS
        )
    )


def _kind(phrases: Iterable[str], *, label: bool) -> _Kind:
    longest_first = sorted(map(_folded, phrases), key=len, reverse=True)
    bounded = tuple(_bounded(phrase, label=label) for phrase in longest_first)
    return _Kind(bounded, tuple(phrase for phrase, _, _ in bounded))


def _bounded(phrase: str, *, label: bool) -> _Bounded:
    """A phrase on word boundaries, one of unspaced scripts anywhere.

    A `label` of a single word has to look like one: `Video:` does, `Video shows ...` does not.
    """
    if re.search(rf"[{_UNSPACED}]", phrase):
        return phrase, "", ""
    marked = label and (" " not in phrase or phrase.endswith(":"))
    after = r"(?!\w)" + (r"(?=\s*(?:[:/|.,«—–-]|\d|$))" if marked else "")
    return phrase.rstrip(":"), r"(?<!\w)", after


@lru_cache(1000)
def _pattern(phrases: tuple[_Bounded, ...]) -> re.Pattern[str]:
    """One pattern for some phrases."""
    alternatives = (f"{before}{re.escape(phrase)}{after}" for phrase, before, after in phrases)
    return re.compile("|".join(alternatives)) if phrases else _NOTHING


def _speaks(line: _Line, phrases: _Phrases) -> bool:
    """Whether a line says what only furniture says."""
    # The longest of 233 such lines in 62 articles has 18 words.
    if line.words > 30:
        return False
    return (
        _RULE.fullmatch(line.text) is not None
        or _only_names(line, phrases)
        or _points_elsewhere(line, phrases)
        or (line.words <= 10 and (_credits(line, phrases) or _is_byline(line, phrases)))
        or ((line.edge or not line.stops) and _asks(line, phrases))
        or ((line.tail or line.words <= 12) and phrases.notice.search(line.folded) is not None)
        or _is_translated(line, phrases)
        or (line.tail and (_IN_BRACKETS.fullmatch(line.text) is not None or _offers(line, phrases)))
    )


def _only_names(line: _Line, phrases: _Phrases) -> bool:
    """Whether a line lists nothing but buttons and agencies: `(AFP)`, `Share | Save`."""
    parts = [part.strip(" .!*") for part in _SEPARATORS.split(line.folded)]
    parts = [part for part in parts if part]
    return bool(parts) and all(map(phrases.whole.fullmatch, parts))


def _points_elsewhere(line: _Line, phrases: _Phrases) -> bool:
    """Whether a line opens like `Read more: ...`, and does not go on as a sentence."""
    opening = phrases.start.match(line.folded.lstrip("+>→-–*[( "))
    if opening is None:
        return False
    rest = line.folded.lstrip("+>→-–*[( ")[opening.end() :].lstrip()
    return line.edge or not line.stops or rest[:1] in {":", ".", "-", "–", "—", "|", ">"}


def _credits(line: _Line, phrases: _Phrases) -> bool:
    """Whether a short line names who wrote or photographed: at an edge, or in brackets."""
    bare = line.folded.strip("()[]*©- ")
    placed = line.edge or bare != line.folded
    label = not line.stops or ":" in bare or line.text[0] in "([©"
    return placed and label and phrases.credit.match(bare) is not None


def _is_byline(line: _Line, phrases: _Phrases) -> bool:
    """Whether a line is `by` and names: every word of it but short ones has a capital."""
    by = phrases.by.match(line.folded)
    words = [word for word in line.text.split()[1:] if len(word) > 3 and word[0].isalpha()]
    named = bool(words) and all(word[0].isupper() for word in words)
    return line.edge and not line.stops and by is not None and named


def _asks(line: _Line, phrases: _Phrases) -> bool:
    """Whether a sentence of the line asks the reader for something that the paper offers."""
    clauses = re.split(r"(?<=[.!?:])\s+", line.folded)
    return any(
        phrases.ask.match(clause) is not None and phrases.ware.search(clause) is not None
        for clause in clauses
    )


def _is_translated(line: _Line, phrases: _Phrases) -> bool:
    """Whether a line tells what machine translated the text; a headline on such has no stop."""
    return (
        (line.tail or (line.top and line.stops))
        and phrases.version.match(line.folded.lstrip("*([-– ")) is not None
        and phrases.machine.search(line.folded) is not None
    )


def _offers(line: _Line, phrases: _Phrases) -> bool:
    """Whether a few words, or a question, name what the paper offers: `The Daily newsletter`."""
    short = line.words <= 8 if _QUESTION.search(line.text) else line.words <= 5 and not line.stops
    return short and phrases.ware.search(line.folded) is not None


def _headline(lines: list[_Line], marks: list[bool]) -> int:
    """The number of the headline: the first line that is no label and says nothing of furniture."""
    content = [number for number, mark in enumerate(marks) if not mark]
    if len(content) < 2:
        return 0
    first, second = content[:2]
    return second if _is_label(lines[first], lines[second], lines[second + 1 :]) else first


def _is_label(first: _Line, second: _Line, rest: list[_Line]) -> bool:
    """Whether the first line names a section: much shorter than the headline under it.

    A headline of its own is longer, or stands right above the first sentence.
    """
    longest = 8 if _LEVELS.search(first.text) else 3
    ends = first.stops or first.text.endswith((":", ",", ";"))
    followed = second.words >= 5 and second.words > first.words and not second.text.endswith(".")
    body = any(line.stops and line.words >= 10 for line in rest)
    return first.words <= longest and not ends and not first.digits and followed and body


def _is_prose(lines: list[_Line]) -> bool:
    """Whether paragraphs hold several sentences: at least two do, and a fifth of the longer.

    In 64 news articles pasted as paragraphs, 25 % and more do, 69 % on average; in six files of news
    with one sentence per line, 1 to 10 %.
    """
    longer = [line for line in lines if line.words >= 8]
    several = sum(_SENTENCE_BREAK.search(line.text[:2000]) is not None for line in longer)
    return several >= 2 and several >= len(longer) / 5


def _mark_tail(lines: list[_Line], marks: list[bool], headline: int) -> None:
    """Mark the lines after the last paragraph: short, without a full stop."""
    for number in range(len(lines) - 1, headline + 1, -1):
        line = lines[number]
        if not marks[number] and (line.stops or line.words > 12 or line.text.endswith(":")):
            return
        marks[number] = True


def _mark_bylines(lines: list[_Line], marks: list[bool], headline: int) -> None:
    """Mark the short lines between the deck and the first paragraph."""
    for number in range(headline + 2, len(lines)):
        line = lines[number]
        if line.stops or line.words > 8 or lines[number - 1].stops:
            return
        marks[number] = True


def _mark_headings(lines: list[_Line], marks: list[bool], headline: int) -> None:
    """Mark short lines between paragraphs; where every third line is one, they are content."""
    found = [
        number
        for number in range(headline + 2, len(lines) - 1)
        if _is_heading(lines[number - 1 : number + 2], above_marked=marks[number - 1])
    ]
    questions = {n for n, line in enumerate(lines) if _QUESTION.search(line.text)}
    # One short question is a heading; several lines that ask are an interview.
    if len(questions) > 1:
        found = [number for number in found if number not in questions]
    if len(found) <= len(lines) / 3:
        for number in found:
            marks[number] = True


def _is_heading(three: list[_Line], *, above_marked: bool) -> bool:
    """Whether the line in the middle stands between paragraphs as a heading does."""
    above, line, below = three
    question = _QUESTION.search(line.text) is not None
    short = 1 <= line.words <= (4 if question else 6)
    starts = line.text[0].isalpha() or line.text[0] == "¿"
    between = (above.stops or above_marked) and below.stops and below.words >= 10
    open_ended = question or not (line.stops or line.text.endswith((":", ";", ",")))
    return short and starts and between and open_ended and not line.digits


def _mark_afterthought(lines: list[_Line], marks: list[bool]) -> None:
    """Mark a short last line under a notice, such as `The original prevails`."""
    if marks[-2] and not marks[-1] and lines[-2].stops and lines[-1].words <= 12:
        marks[-1] = True
