"""Subtitles (SubRip, .srt) as running text: sentences go on from one caption to the next.

The format is a number, a line of times and the text of a caption, and then a blank line; the libraries
for it are about timing, which is left out here.
"""

import re

from .encoding import decoded

_TIMES = re.compile(r"\s*\d+:\d\d:\d\d[,.]\d+\s*-->.*")
_MARKUP = re.compile(r"</?(?:[bius]|font)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
# Where a caption ends a sentence; a dash or a note in brackets begins a new one in any case.
_END = re.compile(r"[.!?…。！？♪:\])][\"'»”’]*$")
_START = re.compile(r"[-–—\[(♪]")


def subtitle_text(
    data: bytes, shown: str, stated: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """The words of the captions, a line for each sentence end that falls on a line's end."""
    source, notes = decoded(data, shown, stated)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbered = [number for number, line in enumerate(lines[1:]) if _TIMES.fullmatch(line)]
    furniture = {k for number in numbered for k in (number, number + 1)}
    text: list[str] = []
    for number, line in enumerate(lines):
        words = " ".join(_MARKUP.sub("", line).split())
        if number in furniture or not words:
            continue
        if text:
            goes_on = not _END.search(text[-1]) and not _START.match(words)
            text.append(" " if goes_on else "\n")
        text.append(words)
    return "".join(text), notes
