// Figures that move: clocks, times left, the now-line; and the switch site / mine / UTC, at once.
(() => {
  const root = document.documentElement;
  const parts = new Map();
  const format = (zone) => {
    if (!parts.has(zone)) {
      parts.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", weekday: "short", day: "numeric", month: "short", hourCycle: "h23" }));
    }
    return Object.fromEntries(parts.get(zone).formatToParts(M.now()).map((p) => [p.type, p.value]));
  };

  M.lasting = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60), h = Math.floor(s / 3600), d = Math.floor(s / 86400);
    const two = (a, ua, b, ub) => (b ? `${a}\u00a0${ua} ${b}\u00a0${ub}` : `${a}\u00a0${ua}`);
    if (s < 60) return `${s}\u00a0s`;
    if (s < 3600) return `${m}\u00a0min`;
    return s < 86400 ? two(h, "h", m % 60, "min") : two(d, "d", h % 24, "h");
  };

  // Gives an instant to a <time> of the head: the same zone mark, a new figure.
  M.stamp = (node, at) => {
    const seconds = new Date(at);
    node.setAttribute("datetime", seconds.toISOString());
    for (const reading of ["site", "mine", "utc"]) {
      const zone = root.dataset[`zone${reading[0].toUpperCase()}${reading.slice(1)}`] || "UTC";
      const p = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(seconds).map((x) => [x.type, x.value]));
      node.dataset[reading] = `${p.hour}:${p.minute}:${p.second}|${(node.dataset[reading] || "|UTC").split("|")[1]}`;
    }
    read(node);
  };

  function read(node) {
    const face = node.dataset[root.dataset.reading];
    if (!face) return;
    const [figure, mark] = face.split("|"), i = node.querySelector("i");
    if (node.firstChild.nodeValue !== figure) node.firstChild.nodeValue = figure;
    if (i && i.textContent !== mark) i.textContent = mark;
  }

  M.tick = () => {
    const now = M.now();
    for (const clock of document.querySelectorAll("[data-clock]")) {
      const p = format(clock.dataset.clock);
      put(clock.querySelector("time"), `${p.hour}:${p.minute}`);
      put(clock.querySelector(".push"), `${p.weekday} ${p.day} ${p.month}`);
      put(clock.querySelector("[data-weekday]"), p.weekday);
    }
    for (const node of document.querySelectorAll("[data-until]")) put(node, M.lasting(Number(node.dataset.until) - now));
    for (const node of document.querySelectorAll("[data-since]")) put(node, M.lasting(now - Number(node.dataset.since)));
    for (const node of document.querySelectorAll("[data-large-until]")) large(node, Number(node.dataset.largeUntil) - now);
    for (const node of document.querySelectorAll("[data-large-since]")) large(node, now - Number(node.dataset.largeSince));
    for (const line of document.querySelectorAll("[data-nowline]")) {
      const { begin, end } = line.dataset, x = ((now - begin) / (end - begin)) * 100;
      if (x < 0 || x > 100 || M.held) continue;
      line.querySelector("line").setAttribute("x1", `${x}%`);
      line.querySelector("line").setAttribute("x2", `${x}%`);
      line.querySelector("svg").setAttribute("x", `${x}%`);
      const p = format(line.dataset.zone || "UTC");
      put(line.querySelector("text"), `${p.hour}:${p.minute} ${line.dataset.mark}`);
    }
    for (const node of document.querySelectorAll("main time[data-utc], .needs time[data-utc]")) read(node);
  };
  // `2 h 26 min` with small units.
  function large(node, ms) {
    const text = M.lasting(ms);
    if (node.dataset.says === text) return;
    node.dataset.says = text;
    node.replaceChildren(...text.split(/[\u00a0 ]/).map((part, i) => {
      if (i % 2 === 0) return part;
      const unit = document.createElement("small");
      unit.textContent = part;
      return unit;
    }));
  }
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  // Preferences: instantly here, and kept by the server for the next page.
  for (const form of document.querySelectorAll("form[data-preferences]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { name, value } = event.submitter, body = new URLSearchParams(new FormData(form));
      body.set(name, value);
      const kept = fetch(form.action, { method: "POST", body, headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "manual" });
      if (name === "theme") {
        root.dataset.theme = value;
        event.submitter.value = value === "dark" ? "light" : "dark";
      } else {
        root.dataset.reading = value;
        for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === value));
        document.querySelectorAll("time[data-utc]").forEach(read);
        // A picture's axis begins at another midnight then: only the server can draw it.
        kept.then(() => { if (document.querySelector("[data-axis]")) M.refresh ? M.refresh() : location.reload(); });
      }
    });
  }
  const toggle = document.querySelector("button[name=theme]");
  if (toggle && !root.dataset.theme) toggle.value = matchMedia("(prefers-color-scheme: dark)").matches ? "light" : "dark";

  // "Mine" of an account without a site is the browser's zone; the server learns it once.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`zone=${encodeURIComponent(zone)}`)) {
    document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
  }
  // Another moment than now stands still.
  if (document.getElementById("asof") && root.dataset.still === undefined) { M.tick(); setInterval(M.tick, 1000); }
  // A narrow frame begins at now, not at the beginning of the picture.
  for (const plot of document.querySelectorAll(".day .plot")) {
    const line = plot.querySelector(".d-now");
    if (line && plot.scrollWidth > plot.clientWidth) plot.scrollLeft = (parseFloat(line.getAttribute("x1")) / 100) * plot.scrollWidth - plot.clientWidth * 0.3;
  }
})();
