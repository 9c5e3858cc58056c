"""What is at a web address, within bounds of time and size, by the standard library."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from aligner.errors import InputError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

SILENCE = 10.0  # seconds that a server may say nothing
PATIENCE = 30.0  # seconds for all of it
MOST_REDIRECTS = 5
_CHUNK = 2**16


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
    from importlib.metadata import version
    from urllib.error import HTTPError
    from urllib.request import Request

    request = Request(  # noqa: S310 (the opener knows no other schemes)
        _quoted(address, shown), headers={"User-Agent": f"bitext-align/{version('bitext-align')}"}
    )
    deadline = time.monotonic() + PATIENCE
    try:
        with _opener().open(request, timeout=SILENCE) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise InputError(f"{shown} was sent compressed; save the page and give the file")
            data = b""
            while len(data) <= limit and (chunk := response.read1(_CHUNK)):
                data += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError("timed out")
            return Answer(
                data[: limit + 1],
                response.headers.get_content_type(),
                response.headers.get_content_charset(),
                urlsplit(response.url).path,
            )
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
