"""A headless Chromium, and pages of comparisons opened in it from disk as a reader would."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Playwright, sync_playwright

from aligner.types import Comparison
from cli.render import RenderOptions
from cli.render.html import render

CHROMIUM = shutil.which("chromium")
# No sandbox: continuous integration runs as root in a container. The others keep Chromium from work
# of its own, such as asking for updates.
ARGUMENTS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
    --disable-background-networking --disable-component-update
""".split()
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver; without a browser the tests are skipped, or fail where one is a must."""
    if CHROMIUM is None:
        reason = "there is no chromium; apt-get install chromium, or pytest -m 'not browser'"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests."""
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield running
    running.close()


def watch(page: Page) -> list[str]:
    """A list that fills with what a page should never do: messages, errors, dialogs, requests."""
    trouble: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("request", lambda request: trouble.append(f"request: {request.url}"))
    return trouble


def written(made: Comparison, file: Path, look: RenderOptions | None = None) -> str:
    """The address of the page of a comparison, on disk."""
    file.write_text(render(made, look or RenderOptions()), encoding="utf-8", newline="\n")
    return file.as_uri()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Open the page of a comparison; at the end, nothing may have gone wrong on any of them."""
    opened: list[tuple[Page, list[str]]] = []

    def open_it(made: Comparison, look: RenderOptions | None = None, **context: Any) -> Page:
        asked = {"viewport": LAPTOP, "reduced_motion": "reduce", **context}
        page = browser.new_context(**asked).new_page()
        opened.append((page, watch(page)))
        page.goto(written(made, tmp_path / f"{len(opened)}.html", look))
        return page

    yield open_it
    itself = (f"request: {tmp_path.as_uri()}/", "request: data:image/svg+xml,")
    for page, trouble in opened:
        assert [one for one in trouble if not one.startswith(itself)] == []
        page.context.close()
