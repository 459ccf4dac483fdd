// Live by server-sent events: when the world changed, the page is fetched again and only what differs is put in
// place, without losing focus, selection, open forms or half-typed input. Says honestly how old the data is.
"use strict";
const M = (window.meridian = {
  // The server's clock, not the machine's: a wrong clock on a desk must not make the page lie.
  skew: Number(document.documentElement.dataset.at || Date.now()) - Date.now(),
  asOf: Number(document.documentElement.dataset.at || Date.now()),
  beat: Date.now(),
  now() { return Date.now() + M.skew; },
});

(() => {
  const root = document.documentElement, asof = document.getElementById("asof"), lost = document.getElementById("lost");
  // Another moment than now stands still.
  if (!asof || !window.EventSource || root.dataset.still !== undefined) return;
  const words = { live: "Live, data as of", old: "Old, data as of", lost: "Data as of", still: "As of" };
  let drawn = M.asOf, state = "still", fetching = false, again = false, timer = 0, failed = false, fetched = Date.now();

  function show(next) {
    if (next !== state) {
      state = next;
      asof.dataset.state = next;
      asof.querySelector("[data-word]").textContent = words[next];
      root.classList.toggle("data-lost", next === "lost");
      lost.hidden = next !== "lost";
      if (next === "lost") M.stamp(lost.querySelector("time"), M.asOf, true);
    }
    if (next === "lost") lost.querySelector("[data-lost-age]").textContent = M.lasting(M.now() - M.asOf);
    M.stamp(asof.querySelector("time"), M.asOf, true);
  }

  function judge() {
    if (Date.now() - M.beat > 10_000) show("lost");
    else if (failed || M.now() - M.asOf > 15_000) show("old");
    else show("live");
  }

  async function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
      if (answer.redirected || answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // A newer Meridian has another script: a display takes it by itself, and a reader with their next page.
      const script = (where) => where.querySelector("script[src]")?.getAttribute("src");
      if (root.dataset.liveFrom && script(page) !== script(document)) { location.reload(); return; }
      for (const region of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(region.id);
        if (fresh && region.dataset.was !== fresh.outerHTML) {
          morph(region, fresh);
          region.dataset.was = fresh.outerHTML;
        }
      }
      failed = false;
      fetched = Date.now();
      M.asOf = drawn = Number(page.documentElement.dataset.at) || M.now();
      M.skew = drawn - Date.now();
      M.tick();
      document.dispatchEvent(new Event("meridian:fresh"));
    } catch { failed = true; }
    fetching = false;
    if (again) { again = false; refresh(); }
    judge();
  }

  M.refresh = refresh;

  // Puts `to` in place of `from` node by node. What a person holds (focus, typed text, an open form) stays.
  function morph(from, to) {
    if (from.nodeType !== 1) { if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue; return; }
    if (from.isEqualNode(to)) return;
    for (const { name, value } of [...to.attributes]) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    for (const { name } of [...from.attributes]) {
      const held = name === "open" || name === "tabindex" || name === "data-was" || (name === "class" && from.classList.contains("at"));
      if (!held && !to.hasAttribute(name)) from.removeAttribute(name);
    }
    if (from.matches("input, textarea, select")) return;
    const ids = new Map([...from.children].filter((c) => c.id).map((c) => [c.id, c]));
    let at = from.firstChild;
    for (const next of [...to.childNodes]) {
      const known = next.id && ids.get(next.id);
      if (known && known !== at) from.insertBefore(known, at), (at = known);
      if (at && at.nodeType === next.nodeType && at.nodeName === next.nodeName && (at.id || "") === (next.id || "")) {
        morph(at, next);
        at = at.nextSibling;
      } else from.insertBefore(document.importNode(next, true), at);
    }
    while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
  }

  M.refresh = refresh;
  let source = null, opened = false;
  function connect() {
    source = new EventSource(root.dataset.liveFrom || "/live");
    source.addEventListener("beat", beat);
    source.addEventListener("changed", changed);
    // After a break something may have been missed.
    source.addEventListener("open", () => { M.beat = Date.now(); if (opened) refresh(); opened = true; });
    // A browser gives up on a server that answers with an error; a display that nobody touches must not.
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000); });
  }
  function beat(event) {
    const at = Number(event.data);
    M.beat = Date.now();
    if (at) { M.skew = at - Date.now(); if (!fetching && !failed) M.asOf = at; }
    // A page also says what time alone changes: who is on watch, which name has room beside the now-line.
    if (failed || (M.now() - drawn > 60_000 && Date.now() - fetched > 20_000)) refresh();
    judge();
  }
  function changed() {
    M.beat = Date.now();
    clearTimeout(timer);
    timer = setTimeout(refresh, 60 + Math.random() * 120);
  }
  connect();
  setInterval(judge, 1000);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
