"""A file, a stream or a web address as text: decoded, without markup, or an error worth reading.

What a file is, its suffix tells: a saved web page, Markdown, a Word document, subtitles, else plain
text. Each kind is read by one file of this package, which imports its library when it is needed.
"""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from aligner.errors import InputError

from .encoding import decoded
from .markdown import markdown_text
from .page import page_text
from .subtitles import subtitle_text
from .web import fetch
from .word import word_text

LIMIT = 10 * 2**20
"""The most that is read of one text, in bytes: 10 MiB, about ten novels."""

Extracted = tuple[str, tuple[str, ...]]
"""A text, and notes on what was assumed about it or left out."""
# Each takes the bytes, the name for messages, and the encoding that a server states.
_READERS: dict[str, Callable[[bytes, str, str | None], Extracted]] = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), page_text),
    **dict.fromkeys((".md", ".markdown"), markdown_text),
    ".docx": word_text,
    ".srt": subtitle_text,
}
# The kinds that a web server may name (https://www.iana.org/assignments/media-types).
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_PAGE_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
# What begins like text but is none, with what makes a text of it.
_FOREIGN = {
    b"%PDF-": "a PDF; convert it first, for example with pdftotext",
    b"{\\rtf": "in Rich Text Format; save it as plain text (UTF-8)",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read. `notes` tell what was assumed about its bytes, and what was left out."""

    name: str
    text: str
    notes: tuple[str, ...]


def read_path(path: Path | str, *, limit: int = LIMIT) -> Source:
    """Read a file, or a pipe as shells make it of `<(command)`, of at most `limit` bytes.

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
    if len(data) > limit:
        raise InputError(f"{_shown(name)} is larger than {_size(limit)}; split it into parts")
    return _read(data, name, PurePath(name).suffix)


def is_address(name: str) -> bool:
    """Whether a name is the address of a web page, and not of a file."""
    return name.lower().startswith(("http://", "https://"))


def read_address(address: str, *, limit: int = LIMIT) -> Source:
    """Read what is at a web address: the one thing in this project that uses the network.

    Raises:
        InputError: it cannot be had, is no text, is empty or too large.
    """
    shown = _shown(address)
    answer = fetch(address, shown, limit)
    if len(answer.data) > limit:
        raise InputError(f"{shown} is larger than {_size(limit)}; save the part that you need")
    suffix = _SUFFIXES.get(answer.kind, PurePath(answer.path).suffix)
    return _read(answer.data, address, suffix, answer.charset)


def _read(data: bytes, name: str, suffix: str, charset: str | None = None) -> Source:
    """The text in these bytes, by the reader that the suffix asks for."""
    shown = _shown(name)
    if not data:
        raise InputError(f"{shown} is empty; give a text with words in it")
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            raise InputError(f"{shown} is {what}")
    reader = _READERS.get(suffix.lower(), decoded)
    if reader is decoded and suffix.lower() != ".txt" and _PAGE_START.match(data):
        reader = page_text
    text, notes = reader(data, shown, charset)
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
