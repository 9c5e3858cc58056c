"""A file or a stream of bytes as text: decoded, newlines normalised, or an error worth reading."""

import string
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from aligner.errors import InputError

LIMIT = 10 * 2**20
"""The most that is read of one text, in bytes: 10 MiB, about ten novels."""

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


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read. `notes` tell what was assumed about its bytes."""

    name: str
    text: str
    notes: tuple[str, ...]


def read_path(path: Path | str, *, limit: int = LIMIT) -> Source:
    """Read a text file, or a pipe as shells make it of `<(command)`, of at most `limit` bytes.

    Raises:
        InputError: it is not there, cannot be read, is no text, is empty or too large.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as stream:
            return read_stream(stream, name, limit=limit)
    except FileNotFoundError:
        raise InputError(
            f"{_shown(name)} does not exist; check the spelling and the folder"
        ) from None
    except IsADirectoryError:
        raise InputError(f"{_shown(name)} is a folder; give a text file") from None
    except PermissionError:
        raise InputError(f"{_shown(name)} may not be read; check its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{_shown(name)} cannot be read ({reason}); try a copy of it") from None


def read_stream(stream: BinaryIO, name: str = "-", *, limit: int = LIMIT) -> Source:
    """Read a text of at most `limit` bytes from a binary stream, such as `sys.stdin.buffer`.

    Raises:
        InputError: it is no text, is empty or too large.
    """
    data = stream.read(limit + 1)
    shown = _shown(name)
    if len(data) > limit:
        raise InputError(f"{shown} is larger than {_size(limit)}; split it into parts")
    if not data:
        raise InputError(f"{shown} is empty; give a text with words in it")
    text, notes = _decoded(data, shown)
    return replace(read_text(text, name), notes=notes)


def read_text(text: str, name: str) -> Source:
    """A text that is at hand already, with the newlines and the checks of one that was read.

    Raises:
        InputError: it is no text, or there is nothing in it.
    """
    shown = _shown(name)
    if "\0" in text:
        raise InputError(f"{shown} is binary, not text; save it as plain text (UTF-8)")
    text = text.removeprefix("\ufeff")
    if not text.strip("\ufeff" + string.whitespace) or text.isspace():
        raise InputError(f"{shown} holds only white space; give a text with words in it")
    # Half a surrogate pair, which only a str made by hand can hold, is no character to any library.
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return Source(name, text.replace("\r\n", "\n").replace("\r", "\n"), ())


def _decoded(data: bytes, shown: str) -> tuple[str, tuple[str, ...]]:
    """The text in these bytes, and a note where its encoding is an assumption."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
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


def _shown(name: str) -> str:
    """A name from outside, fit for one line of a terminal: control and format characters escaped."""
    if name == "-":
        return "standard input"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in name
    )


def _size(limit: int) -> str:
    """A number of bytes for reading: MiB where it is a whole number of them."""
    return f"{limit // 2**20} MiB" if limit % 2**20 == 0 else f"{limit} bytes"
