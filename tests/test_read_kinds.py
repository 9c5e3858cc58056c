"""Web pages, Markdown, Word documents and subtitles as text."""

import io
import struct
import time
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.read import Source, read_stream
from aligner.read.page import MOST_ELEMENTS
from tests.web_page import ARTICLE, PAGE


def read(data: bytes | str, name: str) -> Source:
    return read_stream(io.BytesIO(data.encode() if isinstance(data, str) else data), name)


def refused(data: bytes | str, name: str) -> str:
    with pytest.raises(InputError) as caught:
        read(data, name)
    return str(caught.value)


# --- Web pages


@pytest.mark.parametrize("name", ["x.html", "x.HTM", "x.xhtml", "-", "/dev/fd/63", "x.txt.html"])
def test_of_a_page_the_article_is_read(name: str) -> None:
    """The headline comes first, then the article a line a paragraph; a note counts what was dropped."""
    source = read(PAGE, name)
    assert source.text == ARTICLE
    shown = "standard input" if name == "-" else name
    assert source.notes == (
        f"{shown}: read as a web page; 51 of its 61 words are the article, "
        "the rest (menus, captions) was left out",
    )


@pytest.mark.parametrize("start", ["\ufeff", "\n <?xml version='1.0'?>\n", "<!-- saved -->"])
def test_a_page_in_a_pipe_is_known_by_its_start(start: str) -> None:
    """A mark, an XML declaration or blanks may come first; a comment may be of anything."""
    is_page = start != "<!-- saved -->"
    assert (read(start + PAGE, "-").text == ARTICLE) is is_page


def test_plain_text_may_speak_of_html() -> None:
    """A file called .txt is read to the letter, whatever it looks like."""
    assert read(PAGE, "x.txt").text == PAGE


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("utf-8", "utf-8"), ("UTF-8", "utf-16")],
)
def test_a_page_states_its_encoding(stated: str, encoding: str) -> None:
    """What the page says holds, but for a byte-order mark; Latin-1 means what browsers mean."""
    assert read(PAGE.replace("utf-8", stated).encode(encoding), "x.html").text == ARTICLE


@pytest.mark.parametrize("stated", ["utf-8", "no-such", "punycode", "unicode_escape", "hex", "€"])
def test_a_page_may_be_wrong_about_its_encoding(stated: str) -> None:
    """Where the bytes do not fit what the page says, the encoding is found as for plain text."""
    source = read(PAGE.replace("utf-8", stated).encode("cp1252"), "x.html")
    assert source.text == ARTICLE
    assert "x.html: read as cp1252, not valid UTF-8" in source.notes


def test_the_headline_is_not_told_twice() -> None:
    """A headline in the article stays where it is, also if the title has more to it."""
    page = PAGE.replace("<article>", "<article><h1>A ponte fecha na segunda-feira</h1>")
    assert read(page, "x.html").text == ARTICLE


def test_a_short_page_is_read_whole() -> None:
    """What is short is not taken for a menu, and then nothing is said to be left out."""
    page = "<html><body><h2>Olá</h2><p>Olá, <b>mu</b><!-- x -->ndo.</p><li>Está sol.</body></html>"
    assert read(page, "x.html") == Source(
        "x.html", "Olá\nOlá, mundo.\nEstá sol.", ("x.html: read as a web page",)
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("<html><body></body></html>", "no article was found in x.html; save its text as plain"),
        ("<html><body><script>x()</script></body></html>", "no article was found in x.html; "),
        ("words alone", "x.html is no web page; save its text as plain text (UTF-8)"),
        (b"\0\1\2\3", "x.html is no web page; save its text as plain text (UTF-8)"),
        (
            "<html><body>" + "<br>" * (MOST_ELEMENTS + 1),
            "x.html has more than 50,000 elements; save its text as plain text (UTF-8)",
        ),
        ("<html><body>" + "<div>" * 500_000 + "x", "no article was found in x.html; "),
    ],
)
def test_pages_without_an_article_or_without_end(
    data: bytes | str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A page that cannot be read is refused in one line, before it costs much time."""
    started = time.monotonic()
    assert refused(data, "x.html").startswith(message)
    assert time.monotonic() - started < 5
    assert capfd.readouterr() == ("", "")


# --- Markdown

MARKDOWN = """---
title: Não é texto
---
# A ponte *fecha*

As obras custam **2 milhões** de euros
e duram [três meses](http://example.com "x").

- Primeiro a faixa `norte`.
- Depois a faixa sul.

> Uma pena, diz \\*Ana\\* &amp; Rui.

| Custo | Prazo |
|-------|-------|
| 2 M€  | ~~dois~~ três |

```python
print("não é texto")
```

<div onclick="x()">não é texto</div>

![A ponte em 1894](ponte.jpg)
"""


def test_markup_of_markdown_is_stripped() -> None:
    """Paragraphs, headings, items and cells are lines of plain text; a note says what was left out."""
    source = read(MARKDOWN, "x.md")
    assert source.text.split("\n") == [
        "A ponte fecha",
        "As obras custam 2 milhões de euros e duram três meses.",
        "Primeiro a faixa norte.",
        "Depois a faixa sul.",
        "Uma pena, diz *Ana* & Rui.",
        "Custo",
        "Prazo",
        "2 M€",
        "dois três",
        "A ponte em 1894",
    ]
    assert source.notes == (
        "x.md: read as Markdown; blocks left out: 1 front matter, 1 code, 1 HTML",
    )


def test_plain_markdown_needs_no_note() -> None:
    """Where nothing is left out, nothing is said; a hard line break stays one."""
    assert read("Um\\\ndois\ntrês.\r\n\r\nQuatro.", "x.MARKDOWN") == Source(
        "x.MARKDOWN", "Um\ndois três.\nQuatro.", ()
    )


def test_markdown_is_bounded() -> None:
    """More Markdown than can be parsed soon is refused, and a file of mere markup holds no text."""
    assert refused("a " * 2**20 + "b", "x.md") == (
        "x.md is more than 2 MiB of Markdown; save it as plain text"
    )
    assert refused("![" * 2**19, "x.md") == (
        "x.md has more than 100,000 signs of Markdown; save it as plain text"
    )
    assert refused("```\ncode\n```", "x.md") == (
        "x.md holds only white space; give a text with words in it"
    )


# --- Word documents


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def paragraph_xml(inner: str) -> Any:
    namespaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    return parse_xml(f"<w:p {namespaces}>{inner}</w:p>")


def test_word_document() -> None:
    """Paragraphs and cells come in the order of the document, each on a line."""
    document = Document()
    document.add_heading("A ponte fecha", 0)
    paragraph = document.add_paragraph("As obras duram ")
    paragraph.add_run("três").bold = True
    paragraph.add_run(" meses.\nCustam 2 milhões.")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Custo", "Prazo", "2 M€", "3 meses"), strict=True):
        cell.text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    document.add_paragraph("")
    document.add_paragraph("Fim.")
    assert read(saved(document), "x.docx") == Source(
        "x.docx",
        "A ponte fecha\nAs obras duram três meses.\nCustam 2 milhões.\n"
        "Custo\nPrazo\n2 M€\n3 meses\nFim.",
        (),
    )


def test_revisions_and_boxes_of_a_word_document() -> None:
    """Inserted text is read, deleted and moved text is not, a text box is read once."""
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>".format
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>".format
    document = Document()
    document.element.body.insert(
        0,
        paragraph_xml(
            run("Um ")
            + f"<w:ins w:id='1' w:author='x'>{run('dois ')}</w:ins>"
            + "<w:del w:id='2' w:author='x'><w:r><w:delText>não </w:delText></w:r></w:del>"
            + f"<w:moveFrom w:id='3' w:author='x'>{run('nunca ')}</w:moveFrom>"
            + f"<w:sdt><w:sdtContent>{run('três.')}</w:sdtContent></w:sdt>"
            + "<w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
            + box("Caixa.")
            + f"</mc:Choice><mc:Fallback>{box('Caixa.')}</mc:Fallback></mc:AlternateContent></w:r>"
        ),
    )
    assert read(saved(document), "x.docx").text == "Um dois três.\nCaixa."


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def rezipped(change: str, into: str) -> bytes:
    """A document whose main part has one string exchanged."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(Document()))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(change.encode(), into.encode())
            new.writestr(name, data)
    return stream.getvalue()


def test_what_is_no_word_document() -> None:
    """Other files under that name, damaged ones and zip bombs are refused in one line."""
    no_document = "x.docx is no Word document, or a damaged one; save it again"
    old = "x.docx is no Word document (.docx); old ones (.doc) have to be saved as .docx first"
    assert refused(b"\xd0\xcf\x11\xe0 old", "x.docx") == old
    assert refused("plain words", "x.docx") == old
    assert refused(saved(Document())[:-100], "x.docx") == old
    assert refused(zipped(a=b"x"), "x.docx").startswith(no_document)
    assert refused(rezipped("<w:body>", "<w:body"), "x.docx").startswith(no_document)
    assert refused(rezipped("w:body", "w:other"), "x.docx").startswith(no_document)
    assert refused(zipped(a=b"\0" * (33 * 2**20)), "x.docx") == (
        "x.docx unpacks to more than 32 MiB; save its text as plain text"
    )
    assert refused(zipped(**{str(k): b"" for k in range(5_001)}), "x.docx").startswith(
        "x.docx unpacks to more than 32 MiB"
    )


def test_a_zip_that_lies_about_its_size() -> None:
    """No more is unpacked than the zip says, so that the check of its size holds."""
    bomb = zipped(**{"[Content_Types].xml": b"\0" * (100 * 2**20)})
    size = struct.pack("<L", 100 * 2**20)
    assert size in bomb
    assert refused(bomb.replace(size, struct.pack("<L", 100)), "x.docx").startswith(
        "x.docx is no Word document, or a damaged one"
    )


def with_entities(declarations: str, text: str) -> bytes:
    """A document whose main part declares entities and holds a paragraph that refers to them."""
    data = rezipped("<w:body>", f"<w:body><w:p><w:r><w:t>Um.{text}</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["word/document.xml"].decode()
    xml = xml.replace("<w:document", f"<!DOCTYPE d [{declarations}]><w:document", 1)
    return zipped(**parts | {"word/document.xml": xml.encode()})


def test_entities_of_a_word_document_are_not_expanded() -> None:
    """A document of entities in entities does not grow, and one that names a file does not get it."""
    lines = "".join(f"<!ENTITY e{k} '{f'&e{k - 1};' * 10}'>" for k in range(1, 10))
    assert refused(with_entities(f"<!ENTITY e0 'BOOM'>{lines}", "&e9;"), "x.docx").startswith(
        "x.docx is no Word document, or a damaged one"
    )
    file = "<!ENTITY f SYSTEM 'file:///etc/passwd'>"
    assert read(with_entities(file, "&f;"), "x.docx").text == "Um."


# --- Subtitles

SUBTITLES = """1
00:00:01,000 --> 00:00:02,500
<i>A ponte velha</i>
fecha

2
00:00:02,600 --> 00:00:04,000
{\\an8}na segunda-feira.

3
00:00:05,000 --> 00:00:06,000
- Quando abre?
- Em março

4
00:00:07.000 --> 00:00:08.000 X1:1
1894
"""


def test_captions_become_sentences() -> None:
    """Numbers, times and markup go, sentences go on across captions, dashes begin lines."""
    assert read("\ufeff" + SUBTITLES.replace("\n", "\r\n"), "x.srt") == Source(
        "x.srt",
        "A ponte velha fecha na segunda-feira.\n- Quando abre?\n- Em março 1894",
        (),
    )


@pytest.mark.parametrize("repeated", ["<b ", "{\\ ", "ab\n", '."\n', "1:00:00,0 "])
def test_captions_take_time_by_their_length(repeated: str) -> None:
    """No markup without an end, and no speech without a full stop, is read again and again."""
    started = time.process_time()
    assert read(repeated * 200_000, "x.srt").text
    assert time.process_time() - started < 5


# --- Whatever it is


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\nwords", "x.txt is a PDF; convert it first, for example with pdftotext"),
        (b"{\\rtf1 words}", "x.txt is in Rich Text Format; save it as plain text (UTF-8)"),
    ],
)
def test_formats_that_look_like_text(data: bytes, message: str) -> None:
    """What begins like text but is none is told from text, not compared as if it were."""
    assert refused(data, "x.txt") == message


@given(
    st.binary(max_size=200) | st.text("<>ap/!&;[]()*_`#-| \n\"'=\\", max_size=200).map(str.encode),
    st.sampled_from([".html", ".md", ".docx", ".srt", ""]),
)
def test_any_bytes_of_any_kind(data: bytes, suffix: str) -> None:
    """Any bytes under any name give a text with words, or an InputError of one line."""
    check_reading(data, f"x{suffix}")


def check_reading(data: bytes, name: str) -> None:
    """Fail where bytes give neither a clean text nor an error of one line."""
    try:
        source = read(data, name)
    except InputError as error:
        assert str(error).isprintable()  # noqa: PT017
    else:
        assert source.text.strip()
        assert not {"\0", "\r"} & set(source.text)
