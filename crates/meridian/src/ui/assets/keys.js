// Without a mouse: the palette, chords to the pages, rows, and the few letters that act.
(() => {
  const keys = document.getElementById("keys"), palette = document.getElementById("palette");
  if (!palette) return;
  const input = palette.querySelector("input"), results = palette.querySelector(".results");
  const places = { d: "/", w: "/", i: "/incidents", h: "/handoffs", a: "/alerts", p: "/pages", s: "/silences", r: "/rotas", c: "/coverage", f: "/fairness", x: "/changes", n: "/announcements", o: "/people", m: "/chains", l: "/where", j: "/journal", e: "/estate" };
  let chord = false, asked = 0;

  async function search() {
    const mine = ++asked;
    const answer = await fetch(`/find?q=${encodeURIComponent(input.value)}`, { headers: { "X-Live": "1" }, credentials: "same-origin" }).catch(() => null);
    if (mine !== asked) return;
    if (!answer || !answer.ok) { results.textContent = ""; return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    results.replaceChildren(...page.getElementById("found").childNodes);
    for (const list of results.querySelectorAll("ul, li, form")) list.setAttribute("role", "presentation");
    options().forEach((a, i) => { a.setAttribute("role", "option"); a.id = `option-${i}`; a.tabIndex = -1; });
    choose(0);
  }
  const options = () => [...results.querySelectorAll("li a, li button")];
  function choose(i) {
    const all = options();
    all.forEach((a, n) => a.setAttribute("aria-selected", String(n === i)));
    if (all[i]) { input.setAttribute("aria-activedescendant", all[i].id); all[i].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }
  function openPalette() { input.value = ""; palette.showModal(); input.focus(); search(); }

  input.addEventListener("input", search);
  palette.addEventListener("keydown", (event) => {
    const all = options(), at = all.findIndex((a) => a.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(Math.min(at + 1, all.length - 1));
    else if (event.key === "ArrowUp") choose(Math.max(at - 1, 0));
    else if (event.key === "Enter" && all[at]) all[at].click();
    else return;
    event.preventDefault();
  });
  for (const dialog of [palette, keys]) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  for (const opener of document.querySelectorAll("[data-palette]")) opener.addEventListener("click", (event) => { event.preventDefault(); openPalette(); });

  // Rows: the whole row leads where its first link leads.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, summary, input, select") && !String(getSelection())) location.assign(row.dataset.href);
    for (const open of document.querySelectorAll("details.pop[open], details.me[open]")) if (!open.contains(event.target)) open.open = false;
  });
  const rows = () => [...document.querySelectorAll("main tbody tr, main .needs > li, main .tl > li")].filter((r) => r.offsetParent && !r.closest(".sr"));
  function step(by) {
    const all = rows(), at = all.findIndex((r) => r.classList.contains("at"));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (!next) return;
    for (const row of all) row.classList.remove("at");
    next.classList.add("at");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function press(selector) {
    const scope = document.querySelector(".at") || document, one = scope.querySelector(selector) || document.querySelector(selector);
    if (one) (one.closest("button, a") || one).click();
    return Boolean(one);
  }
  function note() {
    const text = document.getElementById("note-text");
    if (text) { text.scrollIntoView({ block: "center" }); text.focus(); }
    return Boolean(text);
  }
  for (const button of document.querySelectorAll("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
  for (const link of document.querySelectorAll("[data-note]")) link.addEventListener("click", (event) => { if (note()) event.preventDefault(); });

  // A dialog that closes leaves its field with the focus until the next frame is drawn: keys are not for a hidden field.
  const typing = (at) => { const field = at.closest && at.closest("input, textarea, select"); return Boolean(field && field.getClientRects().length); };

  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); if (!palette.open) openPalette(); return; }
    if (event.key === "Escape") for (const open of document.querySelectorAll("details.pop[open], details.me[open]")) { open.open = false; open.querySelector("summary").focus(); }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || typing(event.target)) return;
    if (chord) {
      chord = false;
      if (places[event.key]) { event.preventDefault(); location.assign(places[event.key]); }
      return;
    }
    const at = document.querySelector("tr.at[data-href]");
    const done = {
      g: () => { chord = true; setTimeout(() => (chord = false), 1500); return true; },
      j: () => { step(1); return true; },
      k: () => { step(-1); return true; },
      a: () => press("[data-key=a]"),
      n: note,
      "/": () => { const f = document.getElementById("filter"); if (f) { f.focus(); f.select(); } else openPalette(); return true; },
      "?": () => { keys.showModal(); return true; },
      Enter: () => { if (at && event.target === at) { location.assign(at.dataset.href); return true; } return false; },
    }[event.key];
    if (done && done()) event.preventDefault();
  });
})();
