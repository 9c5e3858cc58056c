"""What is fetched from a web address: pages, errors, and what a hostile server may do."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aligner.errors import InputError
from aligner.pipeline import compare_files
from aligner.read import LIMIT, is_address, read_address, read_path, web
from tests.fakes import WordsEncoder
from tests.web_page import ARTICLE, PAGE

HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = {"Content-Type": "text/plain"}
LATIN = PAGE.replace('<meta charset="utf-8">', "").encode("cp1252")
# What the server sends for a path: status, headers and body.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/page": (200, HTML, PAGE.encode()),
    "/latin": (200, {"Content-Type": "text/html; charset=iso-8859-1"}, LATIN),
    "/a.md": (200, TEXT, b"# *Um*"),
    "/n%C3%A3o.txt": (200, {}, "Não.".encode()),
    "/loop": (302, {"Location": "/loop2"}, b""),
    "/loop2": (302, {"Location": "/loop"}, b""),
    "/hop": (302, {"Location": "/page"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/large": (200, TEXT, b"a" * (LIMIT + 1)),
    "/zipped": (200, {"Content-Encoding": "gzip"}, b""),
    "/empty": (200, TEXT, b""),
    "/short": (200, TEXT | {"Content-Length": "100"}, b"a"),
    "/drip": (200, TEXT, b""),
    "/drip-head": (200, TEXT, b""),
}


class Server(BaseHTTPRequestHandler):
    """Answers by the path, at once; some take longer than anyone should wait."""

    def do_GET(self) -> None:
        """Send what the table has for the path, else an error."""
        path = self.path.partition("?")[0]
        if path == "/slow":
            time.sleep(1)
        code, headers, body = ANSWERS.get(path, (404, TEXT, b""))
        reason = "Gone\x1b[31m\x9b2J" if path == "/evil" else None
        self.send_response(code, reason)
        for header, value in headers.items():
            self.send_header(header, value)
        if path == "/drip-head":
            self.flush_headers()
        else:
            self.end_headers()
        self.wfile.write(body)
        for _ in range(100 if path.startswith("/drip") else 0):
            time.sleep(0.02)
            self.wfile.write(b"a")
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name it has there)
        """Say nothing."""

    def handle_one_request(self) -> None:
        """A client that hangs up early is what some tests are about."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A web server on this machine."""
    with served() as address:
        yield address


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the surroundings do not matter."""
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("path", ["/page", "/latin", "/hop", "/page?q=é#top"])
def test_a_page_is_fetched(site: str, path: str) -> None:
    """A page is read as if it had been saved, in the encoding that the server states."""
    source = read_address(site + path)
    assert (source.name, source.text) == (site + path, ARTICLE)


def test_what_is_fetched_is_read_by_its_kind(site: str) -> None:
    """Where the server does not say more than `text`, the suffix of the address counts."""
    assert read_address(f"{site}/a.md").text == "Um"
    assert read_address(f"{site}/não.txt").text == "Não."


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "HTTP 404 Not Found"),
        ("/loop", "HTTP 302 The HTTP server returned a redirect error that would lead to"),
        ("/file", "HTTP 302 Found - Redirection to url 'file:///etc/passwd' is not allowed"),
        ("/evil", "HTTP 404 Gone [31m 2J"),
        ("/slow", "timed out"),
        ("/drip", "timed out"),
        ("/drip-head", "timed out"),
        ("/short", "it ended early"),
    ],
)
def test_what_cannot_be_fetched_is_told(
    site: str, path: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors, endless or foreign redirects, silence and dripping end in one line."""
    monkeypatch.setattr(web, "SILENCE", 0.3)
    monkeypatch.setattr(web, "PATIENCE", 0.5)
    with pytest.raises(InputError) as caught:
        read_address(site + path)
    message = str(caught.value)
    assert message.startswith(f"{site}{path} cannot be fetched ({reason}")
    assert message.endswith("; check the address, or save the page and give the file")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/large", "is larger than 10 MiB; save the part that you need"),
        ("/zipped", "was sent compressed; save the page and give the file"),
        ("/empty", "is empty; give a text with words in it"),
    ],
)
def test_what_was_fetched_may_be_of_no_use(site: str, path: str, message: str) -> None:
    """Too much, nothing, or what nobody asked for is refused as it would be from a file."""
    with pytest.raises(InputError) as caught:
        read_address(site + path)
    assert str(caught.value) == f"{site}{path} {message}"


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "https://[",
        "http://exa mple/",
        "http://a\nb/",
        "http://x:y/",
        "http://127.0.0.1:1/x",
    ],
)
def test_addresses_that_lead_nowhere(address: str) -> None:
    """What is no address, or where nobody answers, is one harmless line."""
    with pytest.raises(InputError, match=r"cannot be fetched|is no web address") as caught:
        read_address(address)
    assert str(caught.value).isprintable()


def test_files_are_never_looked_for_on_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading any kind of file opens no connection; only an address in full does."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    page = PAGE.replace(
        "<nav>", '<base href="http://example.com/"><img src="http://example.com/x">'
    )
    files = {
        "x.html": page,
        "x.md": "![a](http://example.com/x.png) [b](http://example.com)",
        "x.srt": "http://example.com",
        "x.txt": "http://example.com",
    }
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name, data in files.items():
        (tmp_path / name).write_text(data, encoding="utf-8")
        assert read_path(tmp_path / name).text
    for name in ("example.com", "ftp://example.com/x", "file:///etc/passwd", "www.example.com"):
        assert not is_address(name)
        with pytest.raises(InputError, match="does not exist"):
            read_path(name)


def test_addresses_are_compared(site: str) -> None:
    """An address stands wherever a file may, and its note is among those of the result."""
    comparison = compare_files(f"{site}/page", f"{site}/a.md", encoder=WordsEncoder())
    assert comparison.a.text == ARTICLE
    assert comparison.a.name == f"{site}/page"
    assert any("read as a web page" in note for note in comparison.notes)
    for sentence in comparison.a.sentences:
        assert comparison.a.text[sentence.start : sentence.end] == sentence.text
