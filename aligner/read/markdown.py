"""Markdown as plain text, a line a paragraph, heading, list item or table cell, by markdown-it-py."""

import re
from typing import TYPE_CHECKING

from aligner.errors import InputError

from .encoding import decoded

if TYPE_CHECKING:
    from markdown_it.token import Token

# A megabyte of prose is parsed in 0.1 s. What takes time is markup, up to 0.1 ms a sign (nested images);
# prose full of links has 20 signs in a thousand characters.
MOST_BYTES = 2 * 2**20
MOST_SIGNS = 100_000
_SIGNS = "*_[]`|~"
_FRONT_MATTER = re.compile(r"\A\ufeff?(-{3}|\+{3})[ \t]*\r?\n.*?\n\1[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def markdown_text(
    data: bytes, shown: str, stated: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """The text without its markup, and notes on code, HTML and front matter that were left out.

    Raises InputError for more Markdown than can be parsed in reasonable time.
    """
    from markdown_it import MarkdownIt

    if len(data) > MOST_BYTES:
        raise InputError(
            f"{shown} is more than {MOST_BYTES // 2**20} MiB of Markdown; save it as plain text"
        )
    source, notes = decoded(data, shown, stated)
    if sum(map(source.count, _SIGNS)) > MOST_SIGNS:
        raise InputError(
            f"{shown} has more than {MOST_SIGNS:,} signs of Markdown; save it as plain text"
        )
    text, front_matter = _FRONT_MATTER.subn("", source)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    lines = [_plain(token.children or []) for token in tokens if token.type == "inline"]
    left_out = [
        f"{count} {what}"
        for what, count in (
            ("front matter", front_matter),
            ("code", sum(token.type in {"fence", "code_block"} for token in tokens)),
            ("HTML", sum(token.type == "html_block" for token in tokens)),
        )
        if count
    ]
    if left_out:
        blocks = ", ".join(left_out)
        notes = (*notes, f"{shown}: read as Markdown; blocks left out: {blocks}")
    return "\n".join(line for line in lines if line), notes


def _plain(inline: "list[Token]") -> str:
    """The words of a paragraph: line breaks of the source are spaces, those asked for stay."""
    parts = []
    for token in inline:
        match token.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(_plain(token.children or []))
            case "text" | "code_inline" | "text_special":
                parts.append(token.content)
    return "".join(parts).strip()
