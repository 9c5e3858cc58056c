"""Bytes as text: the encoding that they state, UTF-8, or the likeliest of the old ones."""

import codecs

from aligner.errors import InputError

# The longer mark comes first: that of UTF-32 LE starts with that of UTF-16 LE.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

# Of news snippets of 1 to 40 sentences in cp1252 (pt fr de es it), charset-normalizer took a third
# (242 of 706) for cp1250, big5 and others; it is asked only when the letters fit no alphabet here.
_WESTERN = tuple(
    map(
        frozenset,
        (
            "ãâáàçéêíóôõúü",  # Portuguese
            "àâæçéèêëîïôœùûüÿ",  # French
            "áéíñóúüçàèòï",  # Spanish, Catalan
            "äöüß",  # German
            "àèéìíîòóùú",  # Italian
            "ëïéèöüáóê",  # Dutch
            "åäöæøéü",  # Danish, Norwegian, Swedish, Finnish
        ),
    )
)
_WESTERN_MARKS = frozenset("«»‹›“”„‘’‚–—…•·€£§©®°ºª¿¡¹²³½¼¾´\xa0\xad™†‡±×µ")

_OTHER_ENCODINGS = [
    *("cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1256", "tis_620"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]

# Python knows these as encodings of text; no page is written in them, and some take very long.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def decoded(data: bytes, shown: str, stated: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text in these bytes, and a note where its encoding is an assumption.

    `stated` is what a web server or a page says of the encoding; a byte-order mark outdoes it, and it
    does not hold where the bytes do not fit. Raises InputError for what is in no encoding.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if stated and encoding == "utf-8" and (text := _as_stated(data, stated)) is not None:
        return text, ()
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        if encoding.startswith(("utf-16", "utf-32")):
            raise InputError(
                f"{shown} starts as {encoding.upper()} but is damaged; save it again as UTF-8"
            ) from None
    text = data.decode(encoding, errors="replace")
    damaged = text.count("\ufffd")
    # Old encodings hardly ever spell a valid sequence: many of them mean UTF-8 with a few bytes lost.
    if sum(not char.isascii() for char in text) > 10 * damaged:
        return text, (f"{shown}: {damaged} bytes are not valid UTF-8 and were replaced",)
    if b"\0" in data:
        return data.decode("latin-1"), ()
    text, encoding = _guessed(data, shown)
    return text, (f"{shown}: read as {encoding}, not valid UTF-8",)


def _as_stated(data: bytes, stated: str) -> str | None:
    """The text in an encoding that someone named; None if there is no such text or encoding."""
    try:
        name = codecs.lookup(stated).name
        if name in _NO_CHARSETS:
            return None
        # What browsers do: pages that say Latin-1 mean Windows-1252 (https://encoding.spec.whatwg.org).
        return data.decode("cp1252" if name in {"iso8859-1", "ascii"} else name)
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes, shown: str) -> tuple[str, str]:
    """The text in bytes that are not UTF-8, and the encoding it seems to be in."""
    western = data.decode("cp1252", errors="replace")
    if _looks_western(western):
        return western, "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OTHER_ENCODINGS).best()
    if best is None:
        raise InputError(f"{shown} is in an unknown encoding, or binary; save it as UTF-8")
    return str(best), best.encoding


def _looks_western(text: str) -> bool:
    """Whether one Western alphabet covers the text's letters beyond ASCII, as decoded from cp1252.

    One, or one in ten, may be of another, for foreign names. Text in another script comes out as
    words of accented letters only, text in Eastern Europe's Latin as letters of several alphabets.
    """
    beyond = [char for char in text.lower() if not char.isascii() and char not in _WESTERN_MARKS]
    letters = sum(map(str.isalpha, text))
    if len(beyond) > letters / 2:
        return False
    foreign = max(1, len(beyond) / 10)
    return any(sum(char not in known for char in beyond) <= foreign for known in _WESTERN)
