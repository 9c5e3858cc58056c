"""Spellings that mean the same word."""

import unicodedata


def folded(word: str) -> str:
    """Lower case without accents, so that `Chypre` and `chypré` are one spelling."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
