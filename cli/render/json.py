"""The comparison as one JSON object, format `align/1`; `align-1.schema.json` describes every field.

It is the whole result: of the options of display none applies. Sentence numbers count from 0.
"""

import json
from dataclasses import asdict
from typing import Any

from aligner.types import Comparison, Document, Side

from .options import RenderOptions
from .visible import replace_hidden

FORMAT = "align/1"


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    r"""The comparison as JSON, indented by two, with a newline at its end.

    Characters that would not show or could steer a terminal are written as `\uXXXX`, which any
    parser reads as the character itself; so are lone surrogates, which UTF-8 cannot hold.
    """
    text = json.dumps(_comparison(comparison), ensure_ascii=False, indent=2) + "\n"
    return replace_hidden(text, lambda one: one if one == "\n" else json.dumps(one)[1:-1])


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "signature": comparison.signature,
        "order": comparison.order,
        "documents": {"a": _document(comparison.a), "b": _document(comparison.b)},
        "links": [asdict(link) for link in comparison.links],
        "only": {"a": _only(comparison, "a"), "b": _only(comparison, "b")},
        "summary": {
            "a": asdict(comparison.counts("a")),
            "b": asdict(comparison.counts("b")),
        },
        "notes": list(comparison.notes),
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "name": document.name,
        "language": document.language,
        "sentences": [
            {
                "text": sentence.text,
                "start": sentence.start,
                "end": sentence.end,
                "paragraph": sentence.paragraph,
            }
            for sentence in document.sentences
        ],
    }


def _only(comparison: Comparison, side: Side) -> list[dict[str, Any]]:
    document, other = comparison.a, comparison.b
    if side == "b":
        document, other = other, document
    return [
        {
            "sentence": one.sentence,
            "confidence": one.confidence,
            "boilerplate": document.sentences[one.sentence].boilerplate,
            "nearest": asdict(one.nearest) if other.sentences else None,
            "details": [asdict(detail) for detail in one.details],
        }
        for one in comparison.only(side)
    ]
