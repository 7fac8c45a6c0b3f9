"use strict";
(() => {
  const root = document.documentElement, byId = (id) => document.getElementById(id);

  const theme = byId("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.dispatchEvent(new Event("themechange"));
  });

  const controls = byId("controls"), body = byId("rows");
  if (!controls) return;
  controls.hidden = false;
  const rows = Array.from(body.children), search = byId("search"), sort = byId("sort"), direction = byId("direction");
  const total = byId("count").textContent.match(/of ([\d,]+)/)[1];
  const key = { order: "o", monomials: "m", operations: "c", symmetry: "s" };
  const facts = rows.map((row, position) => ({
    row, position,
    label: row.querySelector("code").textContent,
    order: row.dataset.o,
    ranks: row.dataset.r.split(" "),
    words: null,
  }));
  const wordsOf = (fact) => {
    if (fact.words === null) {
      const math = fact.row.querySelector("math");
      fact.words = [fact.row.id, fact.label, fact.row.querySelector(".t").textContent,
        math.getAttribute("aria-label"), math.textContent].join(" ").toLowerCase();
    }
    return fact.words;
  };
  const checked = (name) => Array.from(controls.querySelectorAll(`input[name=${name}]:checked`), (box) => box.value);

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const orders = checked("order"), ranks = checked("rank");
    let shown = 0;
    for (const fact of facts) {
      const fits = orders.includes(fact.order) && ranks.every((rank) => fact.ranks.includes(rank))
        && wanted.every((word) => wordsOf(fact).includes(word));
      fact.row.hidden = !fits;
      shown += fits;
    }
    byId("count").textContent = `${shown.toLocaleString("en")} of ${total} invariants shown`;
  };

  const arrange = () => {
    const by = sort.value, sign = direction.getAttribute("aria-pressed") === "true" ? -1 : 1;
    const value = (fact) => by in key ? Number(fact.row.dataset[key[by]]) : fact.position;
    facts.sort((a, b) => sign * (by === "label" ? a.label.localeCompare(b.label) : value(a) - value(b)) || a.position - b.position);
    body.append(...facts.map((fact) => fact.row));
  };

  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("input", (event) => event.target === sort ? arrange() : filter());
  controls.addEventListener("reset", () => setTimeout(() => {
    direction.setAttribute("aria-pressed", "false");
    filter();
    arrange();
  }));
  direction.addEventListener("click", () => {
    direction.setAttribute("aria-pressed", String(direction.getAttribute("aria-pressed") !== "true"));
    arrange();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape" && event.target === search) {
        search.value = "";
        filter();
        search.blur();
      }
      return;
    }
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const button of body.querySelectorAll(".copy")) button.hidden = false;
  body.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    await copy(button.parentElement.querySelector("code").textContent);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1200);
  });
})();
