"""What stands beside a number and changes what it says: a unit of time, a share, 'nearly'.

`48 horas` are `deux jours`, `dois terços` are about 67 %, and `quase 30 mil` may be 29 412 elsewhere.
The words are those of the languages whose number words are read, folded to lower case without accents.
"""

import re

from aligner.spelling import folded

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
# Months and years are as long as each other say, and no number of days is as long as them.
_YEAR = 365.25 * _DAY
_UNITS_OF_TIME = {
    _MINUTE: "min minuto minutos minute minutes minuten minuti minuut minut minutter",
    _HOUR: "h hora horas heure heures hour hours stunde stunden ora ore uur uren timer",
    _DAY: "dia dias jour jours day days tag tage tagen giorno giorni dag dagen dage",
    7
    * _DAY: "semana semanas semaine semaines week weeks weken woche wochen settimana settimane uger",
    _YEAR / 12: "mes meses mois month months monat monate monaten mese mesi maand maanden maneder",
    _YEAR: "ano anos an ans annees year years jahr jahre jahren anno anni jaar",
    10 * _YEAR: "decada decadas decennie decennies decade decades jahrzehnt jahrzehnte decenni",
}
_SECONDS = {word: size for size, words in _UNITS_OF_TIME.items() for word in words.split()}
_PARTS_OF_ALL = {
    3: "terco tercos tiers third thirds tercio tercios drittel terzo terzi",
    4: "quarto quartos quart quarts quarter quarters cuarto cuartos viertel quarti",
    5: "quinto quintos cinquieme cinquiemes fifth fifths funftel quinti",
}
_PARTS = {word: parts for parts, words in _PARTS_OF_ALL.items() for word in words.split()}
_HALVES = "metade moitie mitad half halfte helft"
_ABOUT = frozenset(
    "quase cerca perto aproximadamente presque environ pres autour quelque nearly almost about around"
    " roughly some casi unos unas alrededor fast rund etwa knapp circa quasi bijna ongeveer omkring"
    " mais menos plus moins more less over under mas mehr weniger oltre piu meno meer minder".split()
)
_WORD_AFTER = re.compile(r"[\s-]?([^\W\d_]+)(?!\w)")
_WORD_BEFORE = re.compile(
    r"([^\W\d_]+)\s+(?:(?:de|da|do|of|than|que|als|di|dan)\s+)?(?:[A-Z]{0,3}[$€£¥]\s?)?$"
)
_HOW_MANY = {
    **dict.fromkeys("um un one a ein een uno".split(), 1),
    **dict.fromkeys("dois deux two dos zwei due twee".split(), 2),
    **dict.fromkeys("tres trois three drei tre drie".split(), 3),
}
_SHARE = re.compile(
    rf"(?<!\w)(?:({'|'.join(_HOW_MANY)})[\s-]({'|'.join(_PARTS)})|{'|'.join(_HALVES.split())})(?!\w)"
)
# Characters before a number in which the word before it is looked for: all of a long sentence, for each
# of its numbers, would take minutes.
_REACH = 60
# How far from a number said to be rounded the other may be, as a share of it.
_ROUNDING = 0.05


def seconds_of(value: float, text: str, end: int) -> float | None:
    """How long the span of time is whose number ends there; None where it is none."""
    word = _WORD_AFTER.match(text, end)
    size = _SECONDS.get(folded(word[1])) if word else None
    return None if size is None else value * size


def is_rounded(text: str, start: int) -> bool:
    """True where the text says that the number that starts there is not exact: `quase 30 mil`."""
    word = _WORD_BEFORE.search(text[max(0, start - _REACH) : start])
    return word is not None and folded(word[1]) in _ABOUT


def is_near(value: float, rounded: float) -> bool:
    """True where a value may be meant by a rounded one."""
    return abs(value - rounded) <= _ROUNDING * abs(rounded)


def shares(text: str) -> set[float]:
    """The shares of a whole that a text states in words, in per cent: 50 for `metade`."""
    return {
        100.0 * _HOW_MANY[one[1]] / _PARTS[one[2]] if one[1] else 50.0
        for one in _SHARE.finditer(folded(text))
    }
