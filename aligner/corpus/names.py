"""What a pair of documents is called, and a name for its results that any file system takes.

Names come from outside. A result must not leave the folder of results, hide in it, take the place of
another one or of the index, or fail to be copied to another system.
"""

import re
import unicodedata
from hashlib import sha256
from pathlib import PurePosixPath

# A language as the last part of a stem: `pt`, `por`, `pt-BR`, `zh_Hant`.
LANGUAGE = re.compile(r"\.[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?$", re.ASCII)
# Characters and names that Windows refuses
# (https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file), which holds for shared folders.
FORBIDDEN = re.compile(r'[<>:"\\|?*]')
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.ASCII)
# The index and its further pages; a folder called like a result would be in the way of one.
INDEX = re.compile(r"index(?:-\d+)?", re.IGNORECASE | re.ASCII)
LIKE_A_RESULT = re.compile(r".*\.(?:json|html|tsv)", re.IGNORECASE)
# Bytes of UTF-8. File systems take 255 a name; suffixes and drafts need some.
LONGEST_PART, LONGEST_NAME = 160, 1_000
KEPT_OF_LONG = 60


def stem(path: str) -> str:
    """The path without suffix and language: `x.pt.txt` and `x.fr.html` are both `x`.

    Composed and decomposed accents, which differ between systems, are made one.
    """
    bare = without_suffix(path)
    folder, slash, name = bare.rpartition("/")
    return folder + slash + (LANGUAGE.sub("", name) or name)


def without_suffix(path: str) -> str:
    """The path without its suffix, accents composed."""
    name = PurePosixPath(path)
    bare = name.with_suffix("") if name.suffix else name
    return unicodedata.normalize("NFC", str(bare))


def pair_name(a: str, b: str) -> str:
    """The name of a pair of paths: what they have in common, else both."""
    if a == b:
        return without_suffix(a)
    if stem(a) == stem(b):
        return stem(a)
    return f"{without_suffix(a)}--{without_suffix(PurePosixPath(b).name)}"


def safe_name(name: str) -> str:
    """A relative path for the results of a pair, equal to the name where that is safe and short.

    Other parts lose what is not safe and get eight digits of the name's digest, so that they differ.
    """
    parts = name.split("/")
    safe = [
        _safe_part(part, top=number == 0 == len(parts) - 1) for number, part in enumerate(parts)
    ]
    safe[:-1] = [
        _marked(part, part) if LIKE_A_RESULT.fullmatch(part) else part for part in safe[:-1]
    ]
    path = "/".join(safe)
    return path if len(path.encode()) <= LONGEST_NAME else _marked(safe[-1], name)


def folded(name: str) -> str:
    """A name as the least exact file systems see it, where case and accents may count for nothing."""
    return unicodedata.normalize("NFC", name.casefold())


def told_apart(name: str, *sources: str) -> str:
    """Another name for a pair whose own is taken, made of what was paired."""
    return f"{name}-{_digest(chr(0).join(sources))}"


def _safe_part(part: str, *, top: bool) -> str:
    cleaned = "".join("_" if not one.isprintable() else one for one in FORBIDDEN.sub("_", part))
    cleaned = cleaned.lstrip(".").rstrip(". ")
    if (top and INDEX.fullmatch(cleaned)) or DEVICES.fullmatch(cleaned) or cleaned != part:
        return _marked(cleaned, part)
    return part if part and len(part.encode()) <= LONGEST_PART else _marked(part, part)


def _marked(shown: str, whole: str) -> str:
    start = shown.encode()[:KEPT_OF_LONG].decode(errors="ignore").rstrip(". ") or "_"
    return f"{start}-{_digest(whole)}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
