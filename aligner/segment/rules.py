"""Sentence rules that yasbd lacks, as one of its language packs: abbreviations and no more.

yasbd matches abbreviations without regard to case and never ends a sentence after some of them. Where
such a one is also a common last word (`disse-me.`, `Le Pen.`, `em SP.`) the sentences run together, so
it is taken out here; what is missing (`séc. XIX`, `v. Chr.`) is added. The class names are yasbd's
convention: `PtRules` serves `pt`. Loaded by name when a detector is made (see `sentences`).
"""

import re

from yasbd.rules.base import Rules
from yasbd.rules.de import DeRules as De
from yasbd.rules.en import EnRules as En
from yasbd.rules.es import EsRules as Es
from yasbd.rules.fr import FrRules as Fr
from yasbd.rules.it import ItRules as It
from yasbd.rules.pt import PtRules as Pt

# `Neymar Jr. Ele…`, `10 min. Depois…`: both end sentences more often than a name follows them.
_ENDING_TITLES = {"jr", "min"}


class UndRules(Rules):
    """Any language without rules of its own: the abbreviations that languages share."""


class PtRules(Pt):
    """Portuguese; pronouns (`disse-me`), verbs (`ir`) and states (`SP`, `RS`, `MS`) end sentences."""

    TITLE_ABBRVS = Pt.TITLE_ABBRVS - _ENDING_TITLES - {"me", "ma", "ir", "br", "ms"}
    REFERENCE_ABBRVS = Pt.REFERENCE_ABBRVS - {"pt", "ms", "min"}
    INLINE_ONLY_ABBRVS = Pt.INLINE_ONLY_ABBRVS - {"al", "ap", "br", "mt", "pl", "rs", "sp"} | {
        "séc",
        "sécs",
    }


class FrRules(Fr):
    """French; `Le Pen` is a name, and `m.` after a number is metres, not `M.`."""

    TITLE_ABBRVS = Fr.TITLE_ABBRVS - _ENDING_TITLES
    REFERENCE_ABBRVS = Fr.REFERENCE_ABBRVS - {"min"}
    INLINE_ONLY_ABBRVS = Fr.INLINE_ONLY_ABBRVS - {"pen", "Pén"}

    def post_process_boundaries(self, sentence_boundaries: set[int], text: str) -> None:
        """Put the boundary after `1,40 m.` back."""
        super().post_process_boundaries(sentence_boundaries, text)
        sentence_boundaries.update(m.end() for m in re.finditer(r"\d\s?m\.(?=\s+[A-ZÀ-Ý«])", text))


class EnRules(En):
    """English; `U.S.` before a name is an adjective (`the U.S. Senate`), not the end."""

    TITLE_ABBRVS = En.TITLE_ABBRVS - _ENDING_TITLES
    COMMON_SENT_STARTERS = En.COMMON_SENT_STARTERS | {
        *("After", "All", "Although", "And", "As", "At", "Because", "Before", "But", "By", "For"),
        *("From", "Her", "His", "If", "In", "Its", "Many", "Most", "My", "No", "Of", "On", "One"),
        *("Or", "Our", "Since", "So", "Some", "Such", "Their", "To", "Two", "While", "With", "Yet"),
    }

    def post_process_boundaries(self, sentence_boundaries: set[int], text: str) -> None:
        """Take out the boundary after `U.S.` and the like where no sentence seems to start."""
        super().post_process_boundaries(sentence_boundaries, text)
        starters = "|".join(map(re.escape, self.COMMON_SENT_STARTERS))
        adjective = re.compile(rf"\b(?:U\.S|U\.K|U\.N|E\.U)\.(?=\s+(?!(?:{starters})\b)[A-Z])")
        sentence_boundaries.difference_update(m.end() for m in adjective.finditer(text))


class EsRules(Es):
    """Spanish; `a. C.` and `d. C.` are written with a space."""

    TITLE_ABBRVS = Es.TITLE_ABBRVS - _ENDING_TITLES - {"mm"}
    INLINE_ONLY_ABBRVS = Es.INLINE_ONLY_ABBRVS | {"avda", "pza", "pág", "págs"}

    def post_process_boundaries(self, sentence_boundaries: set[int], text: str) -> None:
        """Take out the boundary inside `a. C.`."""
        super().post_process_boundaries(sentence_boundaries, text)
        sentence_boundaries.difference_update(
            m.end() for m in re.finditer(r"\b[ad]\.(?=\s?C\.)", text)
        )


class DeRules(De):
    """German; `Ring`, `Weg`, `Ufer` and `Damm` are words, not abbreviations."""

    TITLE_ABBRVS = De.TITLE_ABBRVS - _ENDING_TITLES
    INLINE_ONLY_ABBRVS = De.INLINE_ONLY_ABBRVS - {"weg", "ring", "ufer", "damm"} | {"chr"}


class ItRules(It):
    """Italian."""

    TITLE_ABBRVS = It.TITLE_ABBRVS - _ENDING_TITLES
    INLINE_ONLY_ABBRVS = It.INLINE_ONLY_ABBRVS | {"sec", "pag", "pagg"}


PROFILES = [UndRules, PtRules, FrRules, EnRules, EsRules, DeRules, ItRules]
