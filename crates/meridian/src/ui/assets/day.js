// The line of now, dragged to another moment: by pointer, by the arrow keys, or by the links beside it.
(() => {
  const root = document.documentElement, still = root.dataset.still !== undefined;
  const line = () => document.querySelector(".day [data-nowline]");
  if (!line()) return;
  const QUARTER = 15 * 60_000;
  let aim = null, timer = 0;

  /** Where the line stands, as an instant. */
  function stands(g) {
    const { begin, end } = g.dataset, at = parseFloat(g.querySelector("line").getAttribute("x1")) / 100;
    return Number(begin) + at * (end - begin);
  }
  function show(g, at) {
    const { begin, end, zone, mark } = g.dataset, x = `${((at - begin) / (end - begin)) * 100}%`;
    g.querySelector("line").setAttribute("x1", x);
    g.querySelector("line").setAttribute("x2", x);
    g.querySelector("svg").setAttribute("x", x);
    const p = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at).map((one) => [one.type, one.value]));
    g.querySelector("text").textContent = `${p.hour}:${p.minute} ${mark}`;
  }
  /** To another moment; whatever cannot be looked at leads back to now. */
  function go(at) {
    const query = new URLSearchParams(location.search), back = "past" in line().dataset;
    query.delete("at");
    const near = Math.abs(at - M.now()) < QUARTER / 2;
    if (!near && (back || at > M.now())) query.set("at", new Date(at).toISOString().replace(/:\d\d\.\d+Z$/, "Z"));
    const to = `/${query.size ? "?" : ""}${query}`;
    if (to === location.pathname + location.search) location.reload(); else location.assign(to);
  }

  document.addEventListener("pointerdown", (event) => {
    const g = event.target.closest && event.target.closest("[data-nowline]");
    if (!g || event.button !== 0) return;
    const plot = g.closest("svg:not(.nowflag)"), box = plot.getBoundingClientRect(), { begin, end } = g.dataset;
    const moment = (move) => {
      const share = Math.min(1, Math.max(0, (move.clientX - box.left) / box.width));
      return Math.round((Number(begin) + share * (end - begin)) / (QUARTER / 3)) * (QUARTER / 3);
    };
    event.preventDefault();
    M.held = true;
    const move = (moved) => { aim = moment(moved); show(g, aim); };
    const drop = () => {
      removeEventListener("pointermove", move);
      M.held = false;
      if (aim !== null) go(aim);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop, { once: true });
    addEventListener("pointercancel", () => { removeEventListener("pointermove", move); M.held = false; aim = null; M.tick(); }, { once: true });
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const on = event.target, plot = on.closest && on.closest(".plot");
    // A frame that scrolls keeps its arrows.
    if (plot && plot.scrollWidth > plot.clientWidth) return;
    if (on !== document.body && !(on.closest && on.closest(".day, .travel, #main")) || on.matches("input, textarea, select, a:not(.travel a)")) return;
    const g = line(), back = "past" in g.dataset || still;
    const by = (event.key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? 4 : 1) * QUARTER;
    const next = Math.round((aim ?? stands(g)) / QUARTER) * QUARTER + by;
    if (next < M.now() && !back) return;
    event.preventDefault();
    M.held = true;
    aim = Math.min(Math.max(next, Number(g.dataset.begin)), Number(g.dataset.end) - QUARTER);
    show(g, aim);
    clearTimeout(timer);
    timer = setTimeout(() => go(aim), 700);
  });
})();
