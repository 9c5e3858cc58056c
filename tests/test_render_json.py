"""The JSON export: format `align/1`, checked against the schema that ships with it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import cli.render
from aligner.types import Comparison, Detail, Link, Sentence, Side
from cli.render import RenderOptions
from cli.render.json import render
from tests.builders import comparison, comparisons, document, link, museum

SCHEMA = json.loads(
    Path(cli.render.__file__).with_name("align-1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def exported(made: Comparison) -> Any:
    """What a consumer reads."""
    return json.loads(render(made, RenderOptions()))


def test_schema_is_a_schema() -> None:
    """The shipped schema is valid JSON Schema of draft 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


@given(comparisons())
def test_any_comparison_is_valid_and_utf8(made: Comparison) -> None:
    """The output validates and can be encoded, whatever the texts hold."""
    text = render(made, RenderOptions())
    VALIDATOR.validate(json.loads(text.encode("utf-8")))
    assert text.endswith("}\n")


@given(comparisons())
def test_result_can_be_read_back(made: Comparison) -> None:
    """Nothing is lost or changed on the way."""
    data = exported(made)
    sides: tuple[Side, Side] = ("a", "b")
    for side in sides:
        furniture = {one["sentence"] for one in data["only"][side] if one["boilerplate"]}
        linked = {k for one in made.links for k in (one.a if side == "a" else one.b)}
        sentences = [
            Sentence(**one, boilerplate=k in furniture)
            for k, one in enumerate(data["documents"][side]["sentences"])
        ]
        assert sentences == [
            replace(one, boilerplate=one.boilerplate and k not in linked)
            for k, one in enumerate(made.document(side).sentences)
        ]
        assert [one["sentence"] for one in data["only"][side]] == [
            one.sentence for one in made.only(side)
        ]
    assert [read_link(one) for one in data["links"]] == list(made.links)
    assert data["notes"] == list(made.notes)
    assert data["signature"] == made.signature


def read_link(one: dict[str, Any]) -> Link:
    """A link from its export."""
    only = {side: tuple(Detail(**span) for span in one[side]) for side in ("a_only", "b_only")}
    return Link(**{**one, "a": tuple(one["a"]), "b": tuple(one["b"]), **only})


def test_whole_export_of_two_articles() -> None:
    """Links, details, one-sided sentences and counts stand where the format says."""
    data = exported(museum())
    assert list(data) == [
        "format", "signature", "order", "documents", "links", "only", "summary", "notes",
    ]  # fmt: skip
    assert data["format"] == "align/1"
    assert data["links"][3] == {
        "a": [4],
        "b": [3],
        "relation": "partial",
        "confidence": 0.9,
        "similarity": 0.7,
        "a_only": [{"start": 309, "end": 324, "text": "Marta Salgueiro", "kind": "name"}],
        "b_only": [],
    }
    assert data["only"]["b"][0]["details"][0]["text"] == "seize"
    assert data["only"]["a"][0]["boilerplate"] is True
    assert data["only"]["a"][0]["nearest"] == {"sentence": 0, "similarity": 0.2}
    assert data["summary"]["a"] == {"sentences": 10, "linked": 6, "only": 2, "boilerplate": 2}


def test_letters_are_written_as_they_are() -> None:
    """Accents and other scripts are not escaped, and the indent is two spaces."""
    made = comparison(document("東京.txt", "ja", "Ação"), document("b", "ar", "خبر"))
    text = render(made, RenderOptions())
    assert '\n  "format": "align/1",\n' in text
    assert all(part in text for part in ("東京.txt", "Ação", "خبر"))


@pytest.mark.parametrize(
    ("character", "written"),
    [
        ("\x1b", "\\u001b"),
        ("\x9b", "\\u009b"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\n", "\\n"),
    ],
)
def test_harmful_characters_are_escaped(character: str, written: str) -> None:
    """What could steer a terminal is written as an escape that reads back as itself."""
    made = comparison(document("a", "pt", f"x{character}y"), document("b", "fr"))
    assert f'"x{written}y"' in render(made, RenderOptions())
    assert exported(made)["documents"]["a"]["sentences"][0]["text"] == f"x{character}y"


def test_no_sentence_is_nearest_where_there_is_none() -> None:
    """Against a document without sentences, `nearest` is null and no number that leads nowhere."""
    data = exported(comparison(document("a", "pt", "Sim."), document("b", "fr")))
    assert data["only"]["a"][0]["nearest"] is None
    VALIDATOR.validate(data)


def test_options_of_display_change_nothing() -> None:
    """The export is the whole result, whatever part of it the console shows."""
    made = museum()
    look = RenderOptions(width=40, color=True, context=0, only="a", quiet=True)
    assert render(made, look) == render(made, RenderOptions())


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("format",), "align/2"),
        (("order",), "sideways"),
        (("links", 0, "relation"), "similar"),
        (("links", 0, "confidence"), 1.2),
        (("links", 0, "a"), []),
        (("links", 0, "similarity"), -2),
        (("summary", "a", "linked"), -1),
        (("documents", "a", "sentences", 0, "start"), "0"),
    ],
)
def test_schema_refuses_wrong_and_missing_fields(
    path: tuple[str | int, ...], wrong: object
) -> None:
    """A field out of range does not validate, nor does one that is missing."""
    pair = link((0,), (0,))
    data = exported(comparison(document("a", "pt", "Sim."), document("b", "fr", "Oui."), pair))
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    place[last] = wrong
    assert not VALIDATOR.is_valid(data)
    del place[last]
    assert not VALIDATOR.is_valid(data)


def test_schema_allows_fields_of_later_versions() -> None:
    """Consumers that validate do not break when a field is added."""
    data = exported(museum())
    data["new"] = data["links"][0]["new"] = data["documents"]["a"]["new"] = {"any": "thing"}
    assert VALIDATOR.is_valid(data)
