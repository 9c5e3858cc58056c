// What moves on the page. All it knows it reads from the document: a sentence is an `li` whose id is its
// side and number (`a12`), and the anchors in it lead to its counterparts. Text is only ever set as text.
"use strict";
{
  const OTHER = { a: "b", b: "a" };
  const WORDS = {
    same: "both say it",
    partial: "both say it, one says more",
    only: "only here",
    boilerplate: "boilerplate",
  };
  const SHOWS = {
    all: () => true,
    same: (li) => li.classList.contains("same"),
    partial: (li) => li.classList.contains("partial"),
    unsure: (li) => li.classList.contains("unsure"),
    // The other text stays whole, so that one can look whether it really lacks the sentence.
    "only-a": (li) => sideOf(li) === "b" || li.classList.contains("only"),
    "only-b": (li) => sideOf(li) === "a" || li.classList.contains("only"),
  };
  const PAUSE = 150; // ms that a pointer rests on a sentence before the other text moves
  const FRAMES = 6; // for which a place is put right after a leap, while lists near it are laid out
  const MOST_FOUND = 2000; // places of a search that are coloured; painting more makes scrolling slow

  const find = (selector) => document.querySelector(selector);
  const bySide = (make) => ({ a: make("a"), b: make("b") });
  const panes = bySide((side) => find(`#pane-${side}`));
  const names = bySide((side) => panes[side].dataset.name);
  const sentences = bySide((side) => [...panes[side].querySelectorAll("li")]);
  const lists = bySide((side) => [...panes[side].querySelectorAll("ol")]);
  const shown = { ...sentences };
  const links = find("#links");
  const map = find("#map");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  let lit = []; // sentences lit up at the moment
  let chosen = null; // the sentence with the focus, or the last that had it
  const reachable = { a: null, b: null }; // the sentence of each text that Tab leads to
  let leader = null; // the side that the reader scrolls; the other follows
  let resting = 0; // timer of a pointer at rest

  const sideOf = (li) => li.id[0];
  const differs = (li) => li.matches(".only, .partial");
  const byHash = (anchor) => document.getElementById(anchor.hash.slice(1));
  const counterparts = (li) => [...li.querySelectorAll("a")].map(byHash);
  const nearest = (li) => document.getElementById(OTHER[sideOf(li)] + li.dataset.n);
  const stacked = () => getComputedStyle(links).display === "none";

  // The part of a pane that shows sentences: below its heading, which stays in place.
  function viewOf(side) {
    const box = panes[side].getBoundingClientRect();
    return { top: panes[side].querySelector("header").getBoundingClientRect().bottom, bottom: box.bottom };
  }

  // Position of the first shown sentence that ends below `y`.
  function firstBelow(side, y) {
    let low = 0;
    let high = shown[side].length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shown[side][middle].getBoundingClientRect().bottom > y) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function inView(side) {
    const view = viewOf(side);
    const first = firstBelow(side, view.top);
    let last = first;
    while (last < shown[side].length && shown[side][last].getBoundingClientRect().top < view.bottom) last += 1;
    return shown[side].slice(first, last);
  }

  // --- links ---------------------------------------------------------------------------------------

  // A band from the right edge of one sentence to the left edge of another; ends out of view are cut.
  function band(a, b) {
    const frame = links.getBoundingClientRect();
    const cut = (y) => Math.round(Math.max(-80, Math.min(frame.height + 80, y - frame.top)));
    const [from, to] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    const [x0, x1, middle] = [-1, frame.width + 1, frame.width / 2];
    const [a0, a1, b0, b1] = [from.top + 3, from.bottom - 3, to.top + 3, to.bottom - 3].map(cut);
    return `M${x0} ${a0}C${middle} ${a0} ${middle} ${b0} ${x1} ${b0}V${b1}C${middle} ${b1} ${middle} ${a1} ${x0} ${a1}z`;
  }

  function path(a, b, names) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("class", names);
    shape.setAttribute("d", band(a, b));
    return shape;
  }

  function drawLinks(seen) {
    const pairs = new Map();
    for (const side of ["a", "b"]) {
      for (const li of seen[side]) {
        for (const there of counterparts(li)) {
          if (there.hidden) continue;
          const [a, b] = side === "a" ? [li, there] : [there, li];
          pairs.set(`${a.id} ${b.id}`, [a, b]);
        }
      }
    }
    const shapes = [...pairs.values()].map(([a, b]) => {
      const doubt = a.classList.contains("unsure") ? "unsure" : "";
      return path(a, b, `${a.classList[0]} ${doubt} ${lit.includes(a) ? "lit" : ""}`);
    });
    const near = lit.find((li) => li.classList.contains("near"));
    if (near && !near.hidden) {
      const [a, b] = sideOf(near) === "b" ? [lit[0], near] : [near, lit[0]];
      shapes.push(path(a, b, "near"));
    }
    shapes.sort((one, two) => one.matches(".lit") - two.matches(".lit"));
    links.replaceChildren(...shapes);
  }

  // The part of the map that is in view.
  function drawWindow(seen) {
    const frame = find("#window");
    for (const [side, start, extent] of [["a", "x", "width"], ["b", "y", "height"]]) {
      const first = seen[side].length ? seen[side][0].value - 1 : 0;
      const last = seen[side].length ? seen[side].at(-1).value : 0;
      const least = sentences[side].length / 40; // smaller, it would not be seen
      frame.setAttribute(start, first);
      frame.setAttribute(extent, last && Math.max(last - first, least));
    }
  }

  let awaited = false;
  function draw() {
    if (awaited) return;
    awaited = true;
    requestAnimationFrame(() => {
      awaited = false;
      const seen = bySide(inView);
      drawWindow(seen);
      if (!stacked()) drawLinks(seen);
    });
  }

  // --- one sentence and its counterparts -------------------------------------------------------------

  function light(li) {
    for (const one of lit) one.classList.remove("lit", "near");
    lit = [];
    if (li) {
      const there = counterparts(li);
      const near = there.length ? null : nearest(li);
      lit = there.length ? [...counterparts(there[0]), ...there] : [li];
      for (const one of lit) one.classList.add("lit");
      if (near && li.classList.contains("only")) {
        near.classList.add("near");
        lit.push(near);
      }
    }
    draw();
  }

  // Bring a sentence into view, if it is not, as near to a height on the screen as may be.
  function reveal(li, height) {
    if (!li || li.hidden) return;
    const view = viewOf(sideOf(li));
    const at = li.getBoundingClientRect();
    const lowest = Math.max(view.top, view.bottom - at.height);
    if (at.top < view.top - 1 || at.top > lowest + 1) {
      bring(li, Math.max(view.top, Math.min(height ?? at.top, lowest)));
    }
  }

  function bring(li, height, frames = FRAMES) {
    const pane = panes[sideOf(li)];
    const distance = li.getBoundingClientRect().top - height;
    const smooth = frames === FRAMES && Math.abs(distance) < 2 * pane.clientHeight && !calm.matches;
    pane.scrollBy({ top: distance, behavior: smooth ? "smooth" : "instant" });
    // Heights out of view are estimates, put right some frames after a leap has led there.
    if (!smooth && frames) requestAnimationFrame(() => bring(li, height, frames - 1));
  }

  // Bring what belongs to a sentence into view: level with it where the texts stand side by side.
  function revealBeside(li, there) {
    reveal(there, stacked() ? viewOf(OTHER[sideOf(li)]).top : li.getBoundingClientRect().top);
  }

  const partner = (li) => counterparts(li).find((one) => !one.hidden);

  function choose(li) {
    chosen = li;
    makeReachable(sideOf(li), li);
    light(li);
    describe(li, "polite");
    reveal(li);
    revealBeside(li, partner(li) ?? (li.matches(".only") ? nearest(li) : null));
  }

  // One sentence of each text takes part in the tab order; the arrow keys lead on from there.
  function makeReachable(side, li) {
    if (reachable[side]) reachable[side].tabIndex = -1;
    if (li) li.tabIndex = 0;
    reachable[side] = li;
  }

  function describe(li, live) {
    const side = sideOf(li);
    const there = counterparts(li);
    const rows = [[names[side], li.value]];
    if (there.length) rows.push([names[OTHER[side]], there.map((one) => one.value).join(", ")]);
    rows.push(["Finding", WORDS[li.classList[0]]], ["Confidence", `${li.dataset.c} %`]);
    if (there.length) rows.push(["Similarity", li.dataset.s]);
    else if (nearest(li)) rows.push(["Closest", `${nearest(li).value} (similarity ${li.dataset.s})`]);
    for (const mark of li.querySelectorAll("mark")) rows.push(["Only here", `${mark.textContent} (${mark.dataset.kind})`]);
    find("#current p").hidden = true;
    find("#current").setAttribute("aria-live", live);
    find("#current dl").replaceChildren(
      ...rows.flatMap((row) =>
        ["dt", "dd"].map((name, k) => Object.assign(document.createElement(name), { textContent: row[k] })),
      ),
    );
  }

  // --- filters and search -----------------------------------------------------------------------------

  // Without case and accents, and as long as before, so that places in it are places in the text.
  const plain = (text) => text.replace(/[^\0-\x7f]/g, (one) => one.normalize("NFD")[0]).toLowerCase();
  const textNodes = (li) => {
    const walker = document.createTreeWalker(li, NodeFilter.SHOW_TEXT, (node) =>
      node.parentNode.localName === "a" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
    );
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  };
  const textOf = (li) => textNodes(li).map((node) => node.data).join("");

  function places(li, wanted) {
    const nodes = textNodes(li);
    const text = plain(nodes.map((node) => node.data).join(""));
    const pointAt = (offset) => {
      let rest = offset;
      const node = nodes.find((one) => rest <= one.length || ((rest -= one.length), false));
      return [node, rest];
    };
    const ranges = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(...pointAt(at));
      range.setEnd(...pointAt(at + wanted.length));
      ranges.push(range);
    }
    return ranges;
  }

  function matching(wanted) {
    const all = [...sentences.a, ...sentences.b];
    return wanted ? new Set(all.filter((li) => plain(textOf(li)).includes(wanted))) : null;
  }

  function highlight(found, wanted) {
    if (!CSS.highlights) return;
    CSS.highlights.delete("found");
    const ranges = [];
    for (const li of found ?? []) {
      if (ranges.length < MOST_FOUND) ranges.push(...places(li, wanted));
    }
    if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
  }

  // What a list out of view is taken to measure depends on how many of its sentences are shown.
  function setShown(list) {
    const count = list.querySelectorAll("li:not([hidden])").length;
    list.hidden = count === 0;
    list.style.setProperty("--shown", count);
  }

  function apply() {
    const name = find("#filters :checked").value;
    const wanted = plain(find("#search").value.trim());
    const found = matching(wanted);
    const holds = (li) => !found || found.has(li) || counterparts(li).some((one) => found.has(one));
    for (const side of ["a", "b"]) {
      for (const li of sentences[side]) li.hidden = !(SHOWS[name](li) && holds(li));
      shown[side] = sentences[side].filter((li) => !li.hidden);
      for (const list of lists[side]) setShown(list);
      panes[side].querySelector(".nothing").hidden = shown[side].length > 0;
    }
    highlight(found, wanted);
    find("#status").textContent = found ? `${found.size} ${found.size === 1 ? "sentence" : "sentences"} found` : "";
    for (const side of ["a", "b"]) {
      if (reachable[side]?.hidden ?? true) makeReachable(side, shown[side][0]);
    }
    if (chosen && !chosen.hidden) reveal(chosen);
    draw();
  }

  // --- keys, pointer, scrolling -------------------------------------------------------------------------

  // Where an arrow key leads from a sentence.
  function target(li, key) {
    const side = sideOf(li);
    const at = shown[side].indexOf(li);
    switch (key) {
      case "ArrowDown": return shown[side][at + 1];
      case "ArrowUp": return shown[side][at - 1];
      case "Home": return shown[side][0];
      case "End": return shown[side].at(-1);
      case "n": return shown[side].slice(at + 1).find(differs);
      case "p": return shown[side].slice(0, Math.max(0, at)).findLast(differs);
      case "ArrowLeft":
      case "ArrowRight": {
        const there = OTHER[side];
        if (there !== (key === "ArrowLeft" ? "a" : "b")) return undefined;
        return partner(li) ?? reachable[there];
      }
      default: return undefined;
    }
  }

  function onKey(event) {
    const li = event.target.closest("li");
    if (!li || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const next = target(li, event.key);
    if (!next) return;
    event.preventDefault();
    go(next);
  }

  function go(li) {
    leader = sideOf(li);
    li.tabIndex = 0;
    li.focus({ preventScroll: true });
  }

  // An address such as `report.html#a12` leads to a sentence.
  function onAddress() {
    const li = byHash(location);
    if (li?.matches("li") && !li.hidden) go(li);
  }

  function onClick(event) {
    const anchor = event.target.closest("li a");
    const li = anchor ? byHash(anchor) : event.target.closest("li");
    if (!li || li.hidden) return;
    if (anchor) event.preventDefault();
    go(li);
  }

  function onPointer(event) {
    const li = event.target.closest("li");
    if (event.pointerType !== "mouse" || !li) return;
    clearTimeout(resting);
    light(li);
    describe(li, "off");
    resting = setTimeout(() => revealBeside(li, partner(li)), PAUSE);
  }

  function onLeave() {
    clearTimeout(resting);
    light(chosen);
  }

  // In texts of one order the other text keeps level with the one that the reader scrolls.
  function follow(side) {
    if (document.documentElement.dataset.order !== "monotonic" || leader !== side) return;
    const view = viewOf(side);
    const line = view.top + (view.bottom - view.top) / 3;
    const li = shown[side].slice(firstBelow(side, line)).find(partner);
    if (!li) return;
    const [here, there] = [li, partner(li)].map((one) => one.getBoundingClientRect());
    const share = Math.max(0, (line - here.top) / here.height);
    const offset = stacked() ? viewOf(OTHER[side]).top - view.top : 0;
    panes[OTHER[side]].scrollBy({ top: there.top + share * there.height - line - offset, behavior: "instant" });
  }

  // A click on the map leads both texts to where it points.
  function onMap(event) {
    const frame = map.getBoundingClientRect();
    const shares = { a: (event.clientX - frame.left) / frame.width, b: (event.clientY - frame.top) / frame.height };
    leader = null;
    for (const side of ["a", "b"]) {
      const number = Math.floor(shares[side] * sentences[side].length) + 1;
      const view = viewOf(side);
      reveal(shown[side].find((li) => li.value >= number) ?? shown[side].at(-1), (view.top + view.bottom) / 2);
    }
  }

  const stage = find(".stage");
  stage.addEventListener("focusin", (event) => event.target.localName === "li" && choose(event.target));
  stage.addEventListener("keydown", onKey);
  stage.addEventListener("click", onClick);
  stage.addEventListener("pointerover", onPointer);
  stage.addEventListener("pointerleave", onLeave);
  for (const side of ["a", "b"]) {
    for (const kind of ["wheel", "touchstart", "pointerdown", "focusin"]) {
      panes[side].addEventListener(kind, () => { leader = side; }, { passive: true });
    }
    panes[side].addEventListener("scroll", () => { follow(side); draw(); }, { passive: true });
  }
  map.addEventListener("click", onMap);
  find("#filters").addEventListener("change", apply);
  find("#search").addEventListener("input", apply);
  addEventListener("hashchange", onAddress);
  new ResizeObserver(draw).observe(stage);
  apply();
  onAddress();
}
