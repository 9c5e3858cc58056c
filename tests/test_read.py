"""Files and streams of bytes as text: encodings, newlines, and what is refused."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.read import LIMIT, Source, read_path, read_stream, read_text

# Written for these tests: the same news in several languages.
RUSSIAN = (
    "Правительство объявило в среду о новых мерах поддержки сельского хозяйства. По словам министра,"
    " фермеры смогут получить льготные кредиты уже этой осенью. Оппозиция считает, что денег не хватит."
)
CHINESE = (
    "政府周三宣布了支持农民的新措施。部长表示,农户从今年秋天起就可以申请低息贷款。"
    "反对党认为这笔钱不够,要求在年底之前修改预算。专家预计粮食价格将会上涨。"
)
JAPANESE = (
    "政府は水曜日、農家を支援する新たな措置を発表した。大臣によると、生産者はこの秋から低利の融資を"
    "受けられるようになる。野党は資金が足りないと主張している。"
)
POLISH = (
    "Rząd ogłosił w środę nowe środki wsparcia dla rolników. Według ministra gospodarstwa będą mogły"
    " ubiegać się o tańsze kredyty już tej jesieni. Opozycja uważa, że pieniędzy nie wystarczy."
)
TURKISH = (
    "Hükümet çarşamba günü çiftçilere yönelik yeni destek önlemlerini açıkladı. Bakana göre üreticiler"
    " bu sonbahardan itibaren daha ucuz kredi alabilecek. Muhalefet paranın yetmeyeceğini düşünüyor."
)


def _read(data: bytes, name: str = "x.txt", limit: int = LIMIT) -> Source:
    return read_stream(io.BytesIO(data), name, limit=limit)


def _refused(data: bytes, name: str = "x.txt", limit: int = LIMIT) -> str:
    with pytest.raises(InputError) as caught:
        _read(data, name, limit)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_encodings(encoding: str) -> None:
    """UTF-8, and UTF-16 or UTF-32 with a byte-order mark, are read without a note."""
    assert _read("Não é\nfim 政府".encode(encoding)) == Source("x.txt", "Não é\nfim 政府", ())


def test_big_endian_mark() -> None:
    """UTF-16 with its bytes the other way round is known by its mark."""
    assert _read(b"\xfe\xff" + "Não".encode("utf-16-be")).text == "Não"


@pytest.mark.parametrize(
    "text",
    [
        "Não",
        "É já amanhã.",
        "Où êtes-vous ?",
        "« L’été »",
        "Größe",
        "¿Qué año?",
        "Perché no, è così.",
        "O preço subiu 5 €.",
        "São Paulo – Müller está cá",
    ],
)
def test_short_western_text(text: str) -> None:
    """A few words in Windows-1252 are read as such, and a note says so."""
    assert _read(text.encode("cp1252")) == Source(
        "x.txt", text, ("x.txt: read as cp1252, not valid UTF-8",)
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (POLISH, "iso8859_2"),
        (POLISH, "cp1250"),
        (TURKISH, "cp1254"),
    ],
)
def test_old_encodings(text: str, encoding: str) -> None:
    """A few sentences in the usual old encodings come out right, with a note."""
    source = _read(text.encode(encoding))
    assert source.text == text
    assert len(source.notes) == 1
    assert source.notes[0].startswith("x.txt: read as ")


def test_damaged_utf_8() -> None:
    """A byte lost in UTF-8 costs one character and not the encoding."""
    data = ("Não é possível. " * 10).encode()
    source = _read(data[:2] + data[3:])
    assert source.text.startswith("N\ufffdo é possível.")
    assert source.notes == ("x.txt: 1 bytes are not valid UTF-8 and were replaced",)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_newlines(newline: str) -> None:
    """Every convention for line ends becomes a line feed."""
    assert _read(f"um{newline}{newline}dois".encode()).text == "um\n\ndois"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.txt is empty; give a text with words in it"),
        (b" \r\n\t", "x.txt holds only white space; give a text with words in it"),
        ("\ufeff\n".encode(), "x.txt holds only white space; give a text with words in it"),
        (b"PK\x03\x04\x00\x00", "x.txt is binary, not text; save it as plain text (UTF-8)"),
        (b"\x89PNG\x00\xff", "x.txt is binary, not text; save it as plain text (UTF-8)"),
        (b"\xff\xfea", "x.txt starts as UTF-16 but is damaged; save it again as UTF-8"),
    ],
)
def test_what_is_no_text(data: bytes, message: str) -> None:
    """What holds no text is refused in one line that says what to try."""
    assert _refused(data) == message


def test_the_limit_is_stated() -> None:
    """A text may be as large as the limit, and one byte more is refused with the limit named."""
    assert _read(b"abc", limit=3).text == "abc"
    assert _refused(b"abcd", limit=3) == "x.txt is larger than 3 bytes; split it into parts"
    assert _refused(b"a" * (LIMIT + 1)) == "x.txt is larger than 10 MiB; split it into parts"


def test_standard_input_is_called_so() -> None:
    """The name `-` reads as standard input in messages."""
    assert _refused(b"", name="-") == "standard input is empty; give a text with words in it"


def test_names_are_escaped() -> None:
    """Control and format characters of a name reach no terminal."""
    assert _refused(b"", name="a\x1b[2J\u202eb").startswith("a\\x1b[2J\\u202eb is empty")


def test_path(tmp_path: Path) -> None:
    """A file is read by its path, and its name is the path as given."""
    path = tmp_path / "x.txt"
    path.write_bytes(b"um\r\ndois")
    assert read_path(path) == Source(str(path), "um\ndois", ())
    assert read_path(str(path)) == read_path(path)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is told from one that cannot be read."""
    with pytest.raises(InputError, match=r"gone\.txt does not exist; check the spelling"):
        read_path(tmp_path / "gone.txt")


def test_folder(tmp_path: Path) -> None:
    """A folder is not a text."""
    with pytest.raises(InputError, match="is a folder; give a text file"):
        read_path(tmp_path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), "x.txt may not be read; check its permissions"),
        (
            OSError(5, "Input/output error"),
            r"x.txt cannot be read \(Input/output error\); try a copy",
        ),
    ],
)
def test_unreadable(error: OSError, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses to read is told in its words."""

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=message):
        read_path("x.txt")


def test_impossible_names() -> None:
    """A name that no file can have is refused like any other trouble."""
    for name in ("a\0b", "a" * 5000):
        with pytest.raises(InputError, match=r"cannot be read"):
            read_path(name)


def test_named_pipe(tmp_path: Path) -> None:
    """A named pipe is read until its writer is done, in however many pieces."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            for piece in (b"um\r", b"\ndo", b"is"):
                stream.write(piece)

    writer = Thread(target=write, daemon=True)
    writer.start()
    assert read_path(pipe) == Source(str(pipe), "um\ndois", ())
    writer.join()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("printf 'um\\ndois'", "um\ndois"),
        ("yes", "/dev/fd/63 is larger than 10 MiB; split it into parts"),
        ("true", "/dev/fd/63 is empty; give a text with words in it"),
    ],
)
@pytest.mark.skipif(shutil.which("bash") is None, reason="process substitution is of bash")
def test_process_substitution(command: str, expected: str) -> None:
    """What a command prints is read as a file, up to the limit and no further."""
    code = dedent("""
        import sys
        from aligner.errors import InputError
        from aligner.read import read_path
        try:
            print(read_path(sys.argv[1]).text)
        except InputError as error:
            print(error)
    """)
    done = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" <({command})', sys.executable, code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == (expected + "\n", "")


def test_endless_device() -> None:
    """Of a device without an end, no more than the limit is read."""
    with pytest.raises(InputError, match="is larger than 1000 bytes"):
        read_path("/dev/zero", limit=1000)


def test_text_at_hand() -> None:
    """A str gets the newlines and the checks of a file; half a surrogate pair is replaced."""
    assert read_text("\ufeffum\r\n\ud800", "x") == Source("x", "um\n?", ())
    with pytest.raises(InputError, match="x holds only white space"):
        read_text("", "x")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Any bytes give a clean text or an InputError of one line."""
    try:
        source = _read(data)
    except InputError as error:
        assert str(error).isprintable()  # noqa: PT017
    else:
        assert source.text.strip()
        assert not {"\0", "\r"} & set(source.text)
        source.text.encode()


@given(st.text(alphabet=st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])))
def test_utf_8_is_kept(text: str) -> None:
    """Text in UTF-8 with line feeds comes back unchanged, so that offsets hold for the file."""
    text = "a" + text
    assert _read(text.encode()).text == text
