"""Text to pieces: the most probable cut of a text by a Unigram model (Kudo, 2018).

A library would take 0.6 s to load the 250,000 pieces; this takes a twentieth of it, and few texts are
cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aligner.verify.packed import Vocabulary

SPACE = "▁"
# No sentence is that long; a line without an end must not be paid for.
LONGEST_TEXT = 1000
# A character of no piece costs this much more than the least probable piece, as in sentencepiece.
UNKNOWN_PENALTY = 10.0

Scores = dict[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece by number, and the half-open span of the text that it stands for, in code points."""

    number: int
    start: int
    end: int


class UnigramTokenizer:
    """Cuts a text as sentencepiece does, with the spans of the pieces."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._unknown_score = float(vocabulary.scores.min()) - UNKNOWN_PENALTY

    def cut(self, texts: Sequence[str]) -> list[list[Token]]:
        """The pieces of the first `LONGEST_TEXT` characters of each, without those of begin and end."""
        written = [self._written(text[:LONGEST_TEXT]) for text in texts]
        scores = self._scores("\n".join(text for text, _ in written))
        longest = max(map(len, scores), default=0)
        return [
            [
                Token(number, places[start][0], places[end - 1][1])
                for number, start, end in self._best_cut(text, scores, longest)
            ]
            for text, places in written
        ]

    def _scores(self, text: str) -> Scores:
        """Number and score of the pieces that stand in a text, by their text."""
        vocabulary = self._vocabulary
        pieces = vocabulary.pieces.within(text)
        scores = vocabulary.scores[list(pieces.values())].tolist()
        found = zip(pieces.items(), scores, strict=True)
        return {
            piece: (number, score)
            for (piece, number), score in found
            if number != vocabulary.unknown
        }

    def _written(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """The text in the model's characters, and for each of them its span in the text."""
        characters: list[str] = []
        places: list[tuple[int, int]] = []
        for place, character in enumerate(text):
            for one in self._vocabulary.replacements.get(ord(character), character):
                if one == " " and characters and characters[-1] == " ":
                    continue
                characters.append(one)
                places.append((place, place + 1))
        if not characters or characters[0] != " ":
            characters.insert(0, " ")
            places.insert(0, (0, 0))
        return "".join(characters).replace(" ", SPACE), places

    def _best_cut(self, text: str, scores: Scores, longest: int) -> list[tuple[int, int, int]]:
        """Number, start and end of each piece of the cut with the highest sum of scores."""
        unknown = self._vocabulary.unknown
        none = unknown, float("-inf")
        best = [0.0] + [float("-inf")] * len(text)
        back = [(unknown, 0)] * (len(text) + 1)
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + longest) + 1):
                number, score = scores.get(text[start:end], none)
                if best[start] + score > best[end]:
                    best[end] = best[start] + score
                    back[end] = (number, start)
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1] = best[start] + self._unknown_score
                back[start + 1] = (unknown, start)
        found, end = [], len(text)
        while end:
            number, start = back[end]
            found.append((number, start, end))
            end = start
        return found[::-1]
