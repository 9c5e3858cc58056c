"""The report in Markdown, as those who show Markdown read it: nothing of the texts is markup."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt

from aligner.types import Comparison
from cli.render import RenderOptions
from cli.render.markdown import escaped, render
from cli.render.visible import flowing
from tests.builders import ANY_TEXT, comparison, comparisons, document, link, museum

READERS = {
    "commonmark": MarkdownIt("commonmark").enable(["table", "strikethrough"]),
    "gfm": MarkdownIt("gfm-like"),
    "typographic": MarkdownIt("default", {"html": True, "linkify": True}).enable("linkify"),
}
TAGS = {"ul", "li", "p", "code", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=y> &lt;b&gt; <!-- --> ![i](http://x.org/i.png) "
    "[l](javascript:x) [[wiki]] http://evil.com/?q=a_b_c www.evil.com evil.com a@evil.com "
    "<http://evil.com> mailto:a@b.org @user @org/team #12 org/repo#12 GH-12 !12 :smile: :+1: "
    "`code` ``c`` *e* **b** _e_ ~~s~~ ~s~ $x$ $$y$$ {{t}} {% t %} | a | b | # h > q - i 1. n "
    "--- === \\ \\| [^1] [x]: http://y.org ```\nfence\n``` ftp://a.b //evil.com xn--e1afmkfd.xn--p1ai"
)
MARKUP_TEXT = st.text("`*_{}[]<>|~!&$^#\\@:/.-+=() \nab1", max_size=40) | ANY_TEXT


class Shown(HTMLParser):
    """What a browser would show: tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def hostile() -> Comparison:
    """Every markup at every place where a text can stand."""
    a, b = document(HOSTILE, HOSTILE, HOSTILE, f"#{HOSTILE}"), document("b|`c`", "und", HOSTILE)
    return comparison(a, b, link((0,), (0,)), notes=(HOSTILE,))


@pytest.mark.parametrize("reader", READERS)
@given(made=comparisons(MARKUP_TEXT))
@example(made=hostile())
def test_nothing_of_a_text_is_markup(reader: str, made: Comparison) -> None:
    """Shown by any reader, the report has the tags of the report, and no attribute but alignment."""
    for look in (RenderOptions(), RenderOptions(quiet=True), RenderOptions(only="a")):
        shown = Shown(READERS[reader].render(render(made, look)))
        assert {tag for tag, _ in shown.tags} <= TAGS
        assert {name for _, attributes in shown.tags for name, _ in attributes} <= {"style"}


@pytest.mark.parametrize("reader", READERS)
@given(text=MARKUP_TEXT)
@example(text=HOSTILE)
def test_text_is_shown_as_it_is(reader: str, text: str) -> None:
    """What is escaped is shown to the letter, but for spaces without width."""
    shown = Shown(READERS[reader].render(f"| x {escaped(text)} |\n|---|\n"))
    read = shown.text.replace("\u200b", "").split()
    if reader == "typographic":
        return  # quotation marks become curly there
    assert read == ["x", *flowing(text).split()]


@given(text=MARKUP_TEXT)
@example(text=HOSTILE)
def test_code_hosts_see_no_address_and_no_mention(text: str) -> None:
    """In the finished text there is nothing that a second pass would make a link of."""
    shown = Shown(READERS["commonmark"].render(f"| x {escaped(text)} |\n|---|\n")).text
    assert not LinkifyIt().test(shown)
    assert not re.search(r"[@#]\w|!\d|GH-\d|://|\bwww\.|:[\w+-]+:", shown)


def test_report_of_two_articles() -> None:
    """Documents, a row for each entry, counts and remarks."""
    lines = render(museum(), RenderOptions()).splitlines()
    assert lines[0] == (
        "- `--- museu.pt.txt` pt, 10 sentences: 6 linked, 2 only here, 2 boilerplate"
    )
    assert lines[3:5] == [
        "|  |  | `museu.pt.txt` |  | `musee.fr.txt` |",
        "| :-: | --: | --- | --: | --- |",
    ]
    assert (
        "| `+` |  |  | 6 | Un syndicat regrette que seize gardiens n’aient pas été remplacés. "
        "(only here: seize) |"
    ) in lines
    assert (
        "| `~` | 5 | «Era urgente salvar a coleção da humidade», disse a diretora, "
        r"\[-Marta Salgueiro-\]. | 4 | « Il fallait d’urgence mettre la collection à l’abri de "
        "l’humidité », explique sa directrice. |"
    ) in lines
    assert lines[-4].startswith("`= 2 same   ~ 4 partial   - 2 only in museu.pt.txt   + 1 only in")
    assert lines[-2:] == [
        "- note: The order was taken for free: 2 of 6 links cross others.",
        "- `align 0.1.0 | model use-multilingual-v3 | order free | split sentences`",
    ]


def test_looks_of_the_report_in_markdown() -> None:
    """Context, one side alone and the summary alone are as on the console."""
    pairs = [link((k,), (k,)) for k in range(9)]
    a, b = document("a", "pt", *["Sim."] * 9), document("b", "fr", *["Oui."] * 9, "Non.")
    made = comparison(a, b, *pairs)
    assert "|  |  | … 8 linked pairs |  |  |" in render(made, RenderOptions(context=1))
    only_a = render(made, RenderOptions(only="a"))
    assert "\nNothing is said only in a.\n" in only_a
    assert render(made, RenderOptions(quiet=True)) == (
        "`= 9 same   ~ 0 partial   - 0 only in a   + 1 only in b`\n"
    )
