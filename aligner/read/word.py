"""A Word document as plain text, a line a paragraph, tables in their place, by python-docx.

Its own text properties leave out what was inserted under revision and what stands in content
controls; a text that is compared must not lose sentences, so paragraphs are taken from the XML.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from aligner.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

# The XML of a novel of 150,000 words is about 10 MB; a zip of 10 MiB can unpack to 10 GB. Of the worst
# XML, 32 MiB take 6 to 10 s and 0.8 GB.
MOST_BYTES = 32 * 2**20
MOST_PARTS = 5_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Paragraphs inside a paragraph (text boxes), the same for old programs, where text was moved from.
_APART = {f"{_W}p", f"{_W}moveFrom", _FALLBACK}
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": " ", f"{_W}noBreakHyphen": "\u2011"}


def word_text(
    data: bytes,
    shown: str,
    stated: str | None = None,  # noqa: ARG001 (XML states its own)
) -> tuple[str, tuple[str, ...]]:
    """The paragraphs of the body in order, and a note on footnotes, which are left out.

    Raises InputError for what is no such document, is damaged, or unpacks to too much.
    """
    _check_size(data, shown)
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = Document(io.BytesIO(data))
        lines = list(_lines(document.element.body))
        parts = document.part.package.iter_parts()
        has_footnotes = any("/footnotes" in str(part.partname) for part in parts)
    except (
        OpcError,
        LxmlError,
        KeyError,
        ValueError,
        AttributeError,
        BadZipFile,
        OSError,
    ) as error:
        raise InputError(
            f"{shown} is no Word document, or a damaged one; save it again as .docx or as plain text"
        ) from error
    notes = (f"{shown}: its footnotes were left out",) if has_footnotes else ()
    return "\n".join(lines), notes


def _check_size(data: bytes, shown: str) -> None:
    """What a zip says of its size holds: no more than that is unpacked of any part."""
    try:
        parts = ZipFile(io.BytesIO(data)).infolist()
    except (BadZipFile, ValueError, OSError) as error:
        raise InputError(
            f"{shown} is no Word document (.docx); old ones (.doc) have to be saved as .docx first"
        ) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise InputError(
            f"{shown} unpacks to more than {MOST_BYTES // 2**20} MiB; save its text as plain text"
        )


def _lines(body: "_Element") -> Iterator[str]:
    """The lines of all paragraphs; those in a text box come after the paragraph that it hangs on."""
    for paragraph in body.iter(f"{_W}p"):
        if next(paragraph.iterancestors(_FALLBACK), None) is None:
            for line in "".join(_pieces(paragraph)).split("\n"):
                if line.strip():
                    yield line.strip()


def _pieces(element: "_Element") -> Iterator[str]:
    """Text in the order of the XML; deleted text is in elements of another name (`w:delText`)."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _APART:
            yield from _pieces(child)
