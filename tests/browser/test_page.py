"""The page in a real browser: pointer, keyboard, filters, search, map, and every size of screen.

That no page writes to the console, asks for anything or opens a dialog is checked for every test, by
`open_page`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from aligner.types import Comparison, Order
from cli.render import RenderOptions
from cli.render.visible import flowing
from tests.browser.conftest import LAPTOP, PHONE, OpenPage, written
from tests.builders import comparison, document, link, museum
from tests.test_render_html import HOSTILE, hostile

pytestmark = pytest.mark.browser

PAPER = {"width": 760, "height": 1075}  # A4 less its margins, at 96 dots an inch
SHOWN = "li:not([hidden])"


def book(pairs: int, order: Order = "monotonic") -> Comparison:
    """A translation: a begins and b ends with a sentence of its own, and every tenth pair is free."""
    a = document(
        "a.txt", "en", "Prologue.", *[f"The {k}th thing happened." * 3 for k in range(pairs)]
    )
    b = document("b.txt", "de", *[f"Das {k}. Ding geschah." * 3 for k in range(pairs)], "Schluss.")
    links = [link((k + 1,), (k,), "same" if k % 3 else "partial") for k in range(pairs) if k % 10]
    return replace(comparison(a, b, *links), order=order)


def crossed(pairs: int) -> Comparison:
    """Every sentence is linked, the first of a with the last of b."""
    a = document("a.txt", "en", *[f"Sentence {k}." for k in range(pairs)])
    b = document("b.txt", "de", *[f"Satz {k}." for k in reversed(range(pairs))])
    return comparison(a, b, *[link((k,), (pairs - 1 - k,)) for k in range(pairs)])


def lit(page: Page) -> list[str]:
    """The sentences that are lit up."""
    ids: list[str] = page.eval_on_selector_all("li.lit", "all => all.map(one => one.id)")
    return ids


def shown(page: Page, side: str) -> list[str]:
    """The sentences of a side that a filter has left."""
    ids: list[str] = page.eval_on_selector_all(
        f"#pane-{side} {SHOWN}", "all => all.map(one => one.id)"
    )
    return ids


def test_pointing_at_a_sentence_lights_up_its_counterpart(open_page: OpenPage) -> None:
    """Both sides of a group are lit, the link between them is, and the rail tells about it."""
    page = open_page(museum())
    page.hover("#a3")
    assert lit(page) == ["a3", "b2", "b3"]
    expect(page.locator("#links path.lit")).to_have_count(2)
    expect(page.locator("#current dl")).to_contain_text("90 %")
    page.hover("#b3")
    expect(page.locator("#current dl")).to_contain_text("financé pour moitié")
    page.hover("h1")
    assert lit(page) == []


def test_pointing_brings_the_counterpart_into_view(open_page: OpenPage) -> None:
    """The other text moves, the one under the pointer does not."""
    page = open_page(crossed(200))
    expect(page.locator("#b200")).not_to_be_in_viewport()
    page.hover("#a1")
    expect(page.locator("#b200")).to_be_in_viewport()
    expect(page.locator("#a1")).to_be_in_viewport()


def test_a_counterpart_not_far_away_glides_into_view(open_page: OpenPage) -> None:
    """Where motion is welcome the other text scrolls smoothly, and arrives."""
    a = document("a.txt", "en", *[f"Sentence {k}." for k in range(100)])
    b = document("b.txt", "de", *[f"Satz {k}." for k in range(100)])
    made = comparison(a, b, *[link((k,), (k + 30,)) for k in range(70)])
    page = open_page(made, reduced_motion="no-preference")
    page.hover("#a9")
    expect(page.locator("#b39")).to_be_in_viewport()
    expect(page.locator("#a9")).to_be_in_viewport()


def test_a_one_sided_sentence_leads_to_the_closest(open_page: OpenPage) -> None:
    """Where there is no counterpart, the focus shows what comes nearest, as such."""
    page = open_page(museum())
    page.click("#a6")
    assert lit(page) == ["a6"]
    expect(page.locator("li.near")).to_have_id("b1")
    expect(page.locator("#links path.near")).to_have_count(1)
    expect(page.locator("#current dl")).to_contain_text("Closest")


def test_arrow_keys_move_along_and_across(open_page: OpenPage) -> None:
    """Up and down stay in a text, left and right lead to the counterpart; Tab enters and leaves."""
    page = open_page(museum())
    page.focus("[value=all]")
    page.keyboard.press("Tab")
    expect(page.locator("#a1")).to_be_focused()
    for key, focused in (
        ("ArrowDown", "a2"),
        ("ArrowDown", "a3"),
        ("ArrowRight", "b2"),
        ("ArrowRight", "b2"),
        ("ArrowLeft", "a3"),
        ("End", "a10"),
        ("ArrowDown", "a10"),
        ("ArrowUp", "a9"),
        ("ArrowRight", "b7"),
        ("Home", "b1"),
        ("Shift+Tab", "a9"),
    ):
        page.keyboard.press(key)
        expect(page.locator(f"#{focused}")).to_be_focused()
    assert lit(page) == ["a9", "b7"]


def test_keys_lead_to_the_next_difference(open_page: OpenPage) -> None:
    """`n` and `p` leave out what both texts say, and stay where there is no more."""
    page = open_page(museum())
    page.focus("[value=all]")
    page.keyboard.press("Tab")
    for key, focused in (("n", 3), ("n", 4), ("n", 5), ("n", 6), ("n", 7), ("n", 9), ("n", 9)):
        page.keyboard.press(key)
        expect(page.locator(f"#a{focused}")).to_be_focused()
    for focused in (7, 6, 5, 4, 3, 3):
        page.keyboard.press("p")
        expect(page.locator(f"#a{focused}")).to_be_focused()


def test_an_address_leads_to_a_sentence(open_page: OpenPage) -> None:
    """A link to `report.html#b190` opens the page there; what is no sentence changes nothing."""
    page = open_page(crossed(200))
    for place in ("#b190", "#map", "#", "#%"):
        page.goto(page.url.split("#")[0] + place)
        assert lit(page) == ["a11", "b190"]
        expect(page.locator("#b190")).to_be_in_viewport()
    page.goto(page.url.split("#")[0] + "#a3")
    assert lit(page) == ["a3", "b198"]
    expect(page.locator("#b198")).to_be_in_viewport()


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_long_names_leave_room(open_page: OpenPage, viewport: dict[str, int]) -> None:
    """Addresses as names hide neither a count nor a finding, and do not fill the screen."""
    made = museum()
    long = replace(made.a, name="https://example.com/" + "a-very-long-headline-" * 12)
    page = open_page(replace(made, a=long), viewport=viewport)
    filters = page.locator("#filters .only-a")
    inside = "one => one.offsetLeft + one.offsetWidth <= one.offsetParent.offsetWidth"
    assert filters.locator("em").evaluate(inside)
    page.focus("[value=all]")
    page.keyboard.press("Tab")
    finding = page.locator("#current dd").nth(1).bounding_box()
    head, pane = page.locator("h1").bounding_box(), page.locator("#name-a").bounding_box()
    assert finding
    assert head
    assert pane
    assert finding["width"] > 80
    assert head["height"] < 80
    assert pane["height"] < 60
    assert long.name in (page.locator("#name-a").get_attribute("title") or "")


def test_focus_brings_both_sides_into_view(open_page: OpenPage) -> None:
    """Whoever moves by keyboard sees the sentence and its counterpart."""
    page = open_page(crossed(200))
    page.focus("[value=all]")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(page.locator("#a200")).to_be_in_viewport()
    expect(page.locator("#b1")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.locator("#b200")).to_be_in_viewport()


def test_the_number_of_a_counterpart_leads_there(open_page: OpenPage) -> None:
    """A click on the arrow behind a sentence goes to the other side."""
    page = open_page(crossed(200))
    page.click("#a1 a")
    expect(page.locator("#b200")).to_be_focused()
    expect(page.locator("#b200")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("value", "a", "b"),
    [
        ("all", "1 2 3 4 5 6 7 8 9 10", "1 2 3 4 5 6 7 8 9 10"),
        ("same", "2 8", "1 8"),
        ("partial", "3 4 5 9", "2 3 4 5 7"),
        ("only-a", "6 7", "1 2 3 4 5 6 7 8 9 10"),
        ("only-b", "1 2 3 4 5 6 7 8 9 10", "6"),
        ("unsure", "7 8", "8"),
    ],
)
def test_filters_leave_what_they_name(open_page: OpenPage, value: str, a: str, b: str) -> None:
    """The text opposite to a one-sided sentence stays whole, to look whether it really lacks it."""
    page = open_page(museum())
    page.check(f"[value={value}]", force=True)
    assert shown(page, "a") == [f"a{k}" for k in a.split()]
    assert shown(page, "b") == [f"b{k}" for k in b.split()]


def test_the_page_opens_with_the_filter_asked_for(open_page: OpenPage) -> None:
    """`--only` is in force from the start."""
    page = open_page(museum(), RenderOptions(only="b"))
    assert shown(page, "b") == ["b6"]


def test_filters_are_changed_by_keyboard(open_page: OpenPage) -> None:
    """They are one group of radio buttons: the arrow keys choose."""
    page = open_page(museum())
    page.focus("[value=all]")
    page.keyboard.press("ArrowRight")
    assert shown(page, "a") == ["a2", "a8"]


def test_search_finds_without_case_and_accents(open_page: OpenPage) -> None:
    """What is found is shown with its counterparts, coloured, and counted aloud."""
    page = open_page(museum())
    page.fill("#search", "INES cout")
    assert (shown(page, "a"), shown(page, "b")) == (["a4"], ["b5"])
    expect(page.get_by_role("status")).to_have_text("1 sentence found")
    assert page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["Inês Cout"]
    page.fill("#search", "no such words")
    expect(page.get_by_text("Nothing to show here.")).to_have_count(2)
    page.fill("#search", "")
    assert len(shown(page, "a")) == len(shown(page, "b")) == 10
    expect(page.get_by_role("status")).to_be_empty()


def test_search_sees_the_text_alone(open_page: OpenPage) -> None:
    """Numbers of counterparts are not text; a place across the edge of a detail is found."""
    page = open_page(museum())
    page.fill("#search", "eles uma vista")
    assert shown(page, "a") == ["a4"]
    page.fill("#search", "dimanche. 8")
    assert shown(page, "b") == []


def test_links_are_drawn_for_what_is_in_view(open_page: OpenPage) -> None:
    """Each pair has its band, also while one end is out of view; a filter takes away what it hides."""
    page = open_page(museum())
    expect(page.locator("#links path")).to_have_count(7)
    page.check("[value=same]", force=True)
    expect(page.locator("#links path")).to_have_count(2)
    long = open_page(book(2_000))
    expect(long.locator("#links path").first).to_be_attached()
    assert long.locator("#links path").count() < 30


def test_a_click_on_the_map_leads_there(open_page: OpenPage) -> None:
    """Both texts move to where the map was clicked, and the frame on the map goes with them."""
    page = open_page(crossed(300))
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.9)
    expect(page.locator("#a151")).to_be_in_viewport()
    expect(page.locator("#b271")).to_be_in_viewport()
    page.wait_for_function(
        "([x, y]) => { const { x: left, y: top, width, height } = document.querySelector('#window')"
        ".getBBox(); return left < x && x < left + width && top < y && y < top + height; }",
        arg=[150, 270],
    )


@pytest.mark.parametrize(("order", "follows"), [("monotonic", True), ("free", False)])
def test_texts_of_one_order_scroll_together(
    open_page: OpenPage, order: Order, follows: bool
) -> None:
    """In a translation the other text keeps level; in free order it would leap about."""
    page = open_page(book(400, order))
    page.hover("#pane-a header")
    page.mouse.wheel(0, 10)
    page.locator("#pane-a").evaluate("pane => pane.scrollTo(0, 6_000)")
    page.wait_for_timeout(200)
    first = page.evaluate(
        "[...document.querySelectorAll('#pane-a li')]"
        ".find(li => li.getBoundingClientRect().top > 300 && li.querySelector('a')).id"
    )
    counterpart = page.locator(f"#{first} a").first.get_attribute("href") or ""
    if follows:
        expect(page.locator(counterpart)).to_be_in_viewport()
    else:
        expect(page.locator(counterpart)).not_to_be_in_viewport()


def test_hostile_text_does_nothing(open_page: OpenPage) -> None:
    """The browser's own parser sees text where the text has markup."""
    page = open_page(hostile())
    texts = page.eval_on_selector_all(
        "#pane-a li",
        "all => all.map(li => { li.querySelectorAll('a').forEach(a => a.remove()); "
        "return li.textContent.trim(); })",
    )
    assert texts == [flowing(text) for text in HOSTILE]
    assert page.locator("img, li svg, li script, li style").count() == 0
    page.hover("#a1")
    expect(page.locator("#current dl")).to_contain_text("alert(1)")


def test_the_policy_forbids_what_is_not_of_the_page(browser: Browser, tmp_path: Path) -> None:
    """Were markup to get in after all, it could neither run nor ask for anything."""
    page = browser.new_page()
    page.goto(written(museum(), tmp_path / "page.html"))
    sent: list[str] = []
    page.on("requestfinished", lambda request: sent.append(request.url))
    blocked = page.evaluate("""() => new Promise(resolve => {
        const blocked = [];
        addEventListener("securitypolicyviolation", (event) => {
            blocked.push(event.effectiveDirective);
            if (blocked.length === 3) resolve(blocked.sort());
        });
        const element = (name, values) =>
            document.body.append(Object.assign(document.createElement(name), values));
        element("img", { src: "https://example.org/x.png" });
        element("script", { textContent: "window.ran = true" });
        element("iframe", { src: "https://example.org/" });
    })""")
    assert blocked == ["frame-src", "img-src", "script-src-elem"]
    assert page.evaluate("window.ran") is None
    assert sent == []
    page.close()


def test_right_to_left_text_has_its_marks_on_the_right(open_page: OpenPage) -> None:
    """Language and direction of a column are those of its text."""
    a = document("a.txt", "ar", "افتتح المتحف أبوابه.")
    page = open_page(comparison(a, document("b.txt", "fr", "Oui."), link((0,), (0,))))
    column = page.locator(".text.a")
    expect(column).to_have_attribute("lang", "ar")
    assert column.evaluate("one => getComputedStyle(one).direction") == "rtl"
    sign = page.locator("#a1").evaluate(
        "one => parseFloat(getComputedStyle(one, '::before').right)"
    )
    assert sign < 20


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider


@pytest.mark.parametrize("width", [320, 390, 700, 760, 1080, 1366, 1920])
def test_no_width_needs_scrolling_sideways(open_page: OpenPage, width: int) -> None:
    """Long names and words wrap or are cut on every screen."""
    a = document("folder/" * 30 + "a.txt", "pt", "Palavra" * 60, "Sim.")
    b = document("b" * 200 + ".txt", "fr", "Oui.", "Non.")
    made = comparison(a, b, link((0,), (0,)))
    page = open_page(made, viewport={"width": width, "height": 800})
    assert overflow(page) <= 0


def test_on_a_phone_the_texts_share_the_screen(open_page: OpenPage) -> None:
    """One stands above the other, and a tap brings the counterpart into its half."""
    page = open_page(crossed(60), viewport=PHONE, has_touch=True, is_mobile=True)
    upper, lower = (page.locator(f"#pane-{side}").bounding_box() for side in "ab")
    assert upper
    assert lower
    assert upper["y"] + upper["height"] <= lower["y"]
    assert lower["y"] + lower["height"] <= PHONE["height"] + 2
    assert overflow(page) <= 0
    page.tap("#a2")
    expect(page.locator("#b59")).to_be_in_viewport()
    expect(page.locator("#links")).to_be_hidden()


@pytest.mark.parametrize(
    ("viewport", "media"), [(LAPTOP, "screen"), (PHONE, "screen"), (PAPER, "print")]
)
def test_there_is_something_to_see(
    open_page: OpenPage, viewport: dict[str, int], media: Literal["screen", "print"]
) -> None:
    """A screenshot is as large as the screen and far from blank, which would take 5 kB."""
    page = open_page(museum(), viewport=viewport)
    page.emulate_media(media=media)
    picture = page.screenshot()
    size = {"width": int.from_bytes(picture[16:20]), "height": int.from_bytes(picture[20:24])}
    assert size == viewport
    assert len(picture) > 20_000


def test_print_has_everything(open_page: OpenPage) -> None:
    """On paper both texts stand whole in two columns, with numbers in place of drawn links."""
    page = open_page(book(80))
    page.emulate_media(media="print")
    assert page.locator("#pane-a").evaluate("one => one.scrollHeight - one.clientHeight") == 0
    left, right = (page.locator(f"#pane-{side}").bounding_box() for side in "ab")
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("#links")).to_be_hidden()
    expect(page.locator("#a80 a")).to_be_visible()
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert pages > 3


def test_dark_and_light_differ(open_page: OpenPage) -> None:
    """The page follows the system."""
    shades = [
        open_page(museum(), color_scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert shades == ["rgb(251, 250, 247)", "rgb(25, 24, 22)"]


def test_without_scripts_the_texts_can_be_read(open_page: OpenPage) -> None:
    """Where scripts are switched off, everything is there and the numbers still lead across."""
    page = open_page(crossed(60), java_script_enabled=False)
    expect(page.locator("li")).to_have_count(120)
    page.click("#a2 a")
    expect(page.locator("#b59")).to_be_in_viewport()


def test_five_thousand_sentences_stay_usable(open_page: OpenPage) -> None:
    """Wide limits, since machines are shared: work that grows with the square would take minutes."""
    page = open_page(book(5_000))
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    assert ready < 20_000
    took = page.evaluate("""async () => {
        const began = performance.now();
        document.querySelector("[value=partial]").click();
        await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
        return performance.now() - began;
    }""")
    assert took < 5_000
    assert shown(page, "a")[:2] == ["a5", "a8"]


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_empty_texts_have_a_page(open_page: OpenPage, viewport: dict[str, int]) -> None:
    """Nothing to show is no error."""
    page = open_page(
        comparison(document("a", "und"), document("b", "fr", "Oui.")), viewport=viewport
    )
    page.hover("#b1")
    assert lit(page) == ["b1"]
    expect(page.locator("#pane-a").get_by_text("Nothing to show here.")).to_be_visible()
