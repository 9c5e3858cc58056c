"""What is at a web address, within bounds of time and size, by the standard library."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from aligner.errors import InputError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

SILENCE = 10.0  # seconds that a server may say nothing
PATIENCE = 30.0  # seconds for all of it
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. `kind` is a media type, `path` that of the final address."""

    data: bytes
    kind: str
    charset: str | None
    path: str


def fetch(address: str, shown: str, limit: int) -> Answer:
    """Fetch at most `limit` + 1 bytes of an `http` or `https` address.

    Raises InputError when there is no answer, another than a text, or too slow a one.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError

    quoted = _quoted(address, shown)
    try:
        return _in_time(lambda: _answer(quoted, shown, limit))
    except HTTPError as error:
        reason = f"HTTP {error.code} {error.msg}"
        error.close()
    except (OSError, HTTPException, ValueError) as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
    # The server's own words, so one harmless line is made of them.
    reason = "".join(char if char.isprintable() else " " for char in reason[:200])
    raise InputError(
        f"{shown} cannot be fetched ({reason}); check the address, or save the page and give the file"
    )


def _in_time(work: Callable[[], Answer]) -> Answer:
    """The outcome of work that nobody waits for longer than `PATIENCE`; TimeoutError after that.

    A time-out of the connection bounds each silence, but neither the look-up of the name nor a server
    that sends byte by byte. The thread that is left behind does not keep the process from ending.
    """
    outcome: Future[Answer] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # raised again where the outcome is asked for
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return outcome.result(timeout=PATIENCE)
    except TimeoutError:
        raise TimeoutError("timed out") from None


def _answer(address: str, shown: str, limit: int) -> Answer:
    from importlib.metadata import version
    from urllib.request import Request

    request = Request(  # noqa: S310 (the opener knows no other schemes)
        address, headers={"User-Agent": f"bitext-align/{version('bitext-align')}"}
    )
    with _opener().open(request, timeout=SILENCE) as response:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise InputError(f"{shown} was sent compressed; save the page and give the file")
        data = response.read(limit + 1)
        if response.length and len(data) <= limit:  # what the server had announced and did not send
            raise ConnectionError("it ended early")
        return Answer(
            data,
            response.headers.get_content_type(),
            response.headers.get_content_charset(),
            urlsplit(response.url).path,
        )


def _opener() -> "OpenerDirector":
    """One that follows few redirects, and none to a file or to another scheme."""
    from urllib import request

    class FewRedirects(request.HTTPRedirectHandler):
        max_redirections = MOST_REDIRECTS

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        request.UnknownHandler,
        FewRedirects,
    ):
        opener.add_handler(handler())
    return opener


def _quoted(address: str, shown: str) -> str:
    """The address with what is beyond ASCII encoded, as it may be copied from a browser."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.encode("idna").decode()
    except ValueError:
        raise InputError(f"{shown} is no web address; check its spelling") from None
    safe = "%/:=&?~+!$,;'@()*[]"
    path, query = quote(parts.path, safe=safe), quote(parts.query, safe=safe)
    return urlunsplit((parts.scheme, host, path, query, ""))
