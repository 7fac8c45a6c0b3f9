"use strict";
(() => {
  const source = document.getElementById("structure-data");
  if (!source) return;
  const data = JSON.parse(source.textContent), byId = (id) => document.getElementById(id), svgns = "http://www.w3.org/2000/svg";
  const make = (tag, text, parent) => { const e = document.createElement(tag); e.textContent = text; parent.append(e); return e; };
  const number = (v) => v === 0 ? "0" : Math.abs(v) >= 1e4 || Math.abs(v) < 1e-3 ? v.toExponential(3) : v.toPrecision(4);
  byId("stage").hidden = byId("proof").hidden = false;

  // ---- rotations: unit quaternions [x, y, z, w] ----
  let turn = [0, 0, 0, 1];
  const times = ([a, b, c, d], [x, y, z, w]) =>
    [d * x + a * w + b * z - c * y, d * y - a * z + b * w + c * x, d * z + a * y - b * x + c * w, d * w - a * x - b * y - c * z];
  const unit = (q) => { const n = Math.hypot(...q); return q.map((v) => v / n); };
  const matrix = ([x, y, z, w]) => [
    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]];
  const apply = (r, v) => r.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);

  // ---- tensors and invariants of one atom, its neighbours turned ----
  const highest = Math.max(...data.channels.map((c) => c[1]));
  const radial = (length) => {
    const cut = Math.cos(0.5 * Math.PI * length / data.cutoff) ** 2, x = 2 * length / data.cutoff - 1, p = [1, x];
    for (let k = 1; k < highest; k += 1) p.push(((2 * k + 1) * x * p[k] - k * p[k - 1]) / (k + 1));
    return p.map((value) => cut * value);
  };
  const harmonics = (rows, [x, y, z]) => rows.map((row) => row.reduce((sum, [a, b, c, k]) => sum + k * x ** a * y ** b * z ** c, 0));
  const tensors = (atom, rotation) => {
    const parts = data.channels.map((c) => new Array(2 * c[2] + 1).fill(0));
    for (const [species, ...vector] of data.neighbours[atom]) {
      const length = Math.hypot(...vector), weights = radial(length);
      const direction = apply(rotation, vector).map((v) => v / length), angular = {};
      for (const rank in data.harmonics) angular[rank] = harmonics(data.harmonics[rank], direction);
      data.channels.forEach(([kind, n, rank], k) => {
        if (kind === species) angular[rank].forEach((value, m) => { parts[k][m] += weights[n - 1] * value; });
      });
    }
    return parts;
  };
  // how long each tensor would be if the directions of the neighbours did not cancel
  const lengthsWithout = (atom) => {
    const sums = data.channels.map(() => 0);
    for (const [species, ...vector] of data.neighbours[atom]) {
      const weights = radial(Math.hypot(...vector));
      data.channels.forEach(([kind, n], k) => { if (kind === species) sums[k] += Math.abs(weights[n - 1]); });
    }
    return sums;
  };
  const invariants = (parts) => {
    const { constants, statements, outputs } = data.program, values = [...parts.flat(), ...constants];
    for (let k = 0; k < statements.length; k += 3) {
      const a = values[statements[k + 1]], b = values[statements[k + 2]];
      values.push(statements[k] === 2 ? a * b : statements[k] === 1 ? a - b : a + b);
    }
    return outputs.map((id) => values[id]);
  };

  // ---- colours ----
  const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  let colours = [];
  const recolour = () => {
    const values = data.values[byId("invariant").value], low = Math.min(...values), high = Math.max(...values);
    const flat = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    colours = values.map((v) => {
      const t = flat ? 2 : 4 * (v - low) / (high - low), k = Math.min(3, Math.floor(t));
      return `rgb(${stops[k].map((s, i) => Math.round(s + (t - k) * (stops[k + 1][i] - s))).join(",")})`;
    });
    byId("low").textContent = number(low);
    byId("high").textContent = flat ? "the same at every atom" : number(high);
    rowCells.forEach((cell, atom) => { cell.textContent = number(values[atom]); });
  };

  // ---- the picture: 3Dmol where there is WebGL, else a still picture ----
  const box = byId("viewer");
  const dark = () => getComputedStyle(document.body).backgroundColor;
  const middle = [0, 1, 2].map((i) => data.positions.reduce((sum, p) => sum + p[i], 0) / data.positions.length);
  const edges = () => {
    const corner = (a, b, c) => [0, 1, 2].map((i) => a * data.cell[0][i] + b * data.cell[1][i] + c * data.cell[2][i]), found = [];
    for (const [a, b] of [[0, 0], [0, 1], [1, 0], [1, 1]])
      found.push([corner(0, a, b), corner(1, a, b)], [corner(a, 0, b), corner(a, 1, b)], [corner(a, b, 0), corner(a, b, 1)]);
    return found;
  };
  const still = () => {
    const radius = Math.max(1, ...data.positions.map((p) => Math.hypot(...p.map((v, i) => v - middle[i])))) + 0.8;
    const svg = document.createElementNS(svgns, "svg");
    svg.setAttribute("viewBox", `${-radius} ${-radius} ${2 * radius} ${2 * radius}`);
    box.append(svg);
    return () => {
      const r = matrix(turn);
      const placed = data.positions.map((p, atom) => [apply(r, p.map((v, i) => v - middle[i])), atom]).sort((a, b) => a[0][2] - b[0][2]);
      svg.replaceChildren(...placed.map(([p, atom]) => {
        const circle = document.createElementNS(svgns, "circle");
        for (const [name, value] of Object.entries({ cx: p[0], cy: -p[1], r: data.symbols[atom] === "H" ? 0.35 : 0.55, fill: colours[atom] }))
          circle.setAttribute(name, value);
        circle.setAttribute("class", atom === chosen() ? "chosen" : "");
        return circle;
      }));
    };
  };
  const moving = () => {
    const probe = document.createElement("canvas");
    if (!(probe.getContext("webgl2") || probe.getContext("webgl")) || typeof $3Dmol === "undefined") return null;
    const viewer = $3Dmol.createViewer(box, { backgroundColor: dark() });
    if (!viewer) return null;
    const text = [data.symbols.length, "", ...data.symbols.map((s, k) => `${s} ${data.positions[k].join(" ")}`)].join("\n");
    const model = viewer.addModel(text, "xyz");
    if (data.cell) for (const [a, b] of edges())
      viewer.addLine({ start: { x: a[0], y: a[1], z: a[2] }, end: { x: b[0], y: b[1], z: b[2] }, color: "#888888" });
    const size = (atom) => atom.elem === "H" ? 0.3 : 0.45;
    const paint = () => {
      model.setStyle({}, { stick: { radius: 0.09, color: "#9a9a9a" } });
      data.symbols.forEach((symbol, index) => model.setStyle({ index },
        { stick: { radius: 0.09, color: "#9a9a9a" }, sphere: { radius: size({ elem: symbol }) * (index === chosen() ? 1.35 : 1), color: colours[index] } }));
    };
    viewer.setClickable({}, true, (atom) => choose(atom.index));
    paint();
    viewer.zoomTo();
    if (!data.cell) viewer.zoom(1.3);
    viewer.render();
    const start = unit(viewer.getView().slice(4, 8));
    let own = false;
    viewer.setViewChangeCallback((view) => {
      if (own) return;
      turn = unit(times(unit(view.slice(4, 8)), [-start[0], -start[1], -start[2], start[3]]));
      prove();
    });
    document.addEventListener("themechange", () => { viewer.setBackgroundColor(dark()); viewer.render(); });
    return (repaint) => {
      own = true;
      if (repaint) paint();
      const view = viewer.getView();
      viewer.setView([...view.slice(0, 4), ...times(turn, start), ...view.slice(8)]);
      viewer.render();
      own = false;
    };
  };

  // ---- bars ----
  const name = ([species, n, rank]) => `${data.elements[species] ?? ""} ${highest > 1 ? `n=${n} ` : ""}l=${rank}`.trim();
  const bars = (box, names) => names.map((text) => {
    const row = document.createElement("div");
    row.className = "bar";
    make("span", text, row);
    const track = make("i", "", row), value = make("b", "", row);
    box.append(row);
    return { row, track, value };
  });
  const show = ({ row, value }, number_, most) => {
    const share = most ? number_ / most : 0;
    row.style.setProperty("--from", `${50 + 50 * Math.min(0, share)}%`);
    row.style.setProperty("--long", `${50 * Math.abs(share)}%`);
    value.textContent = number(number_);
  };
  const MOST = 40;
  const tensorNames = data.channels.flatMap((c) => Array.from({ length: 2 * c[2] + 1 }, (_, m) => m ? "" : name(c)));
  const tensorBars = bars(byId("tensors"), tensorNames.slice(0, MOST));
  const valueBars = bars(byId("values"), data.labels.slice(0, Math.min(MOST, data.program.outputs.length)));
  if (tensorNames.length > MOST) make("p", `The first ${MOST} of ${tensorNames.length} components.`, byId("tensors")).className = "small";

  let first = null;
  const prove = () => {
    const atom = chosen();
    if (atom >= data.neighbours.length) {
      byId("verdict").textContent = "The neighbours of this atom are not in the page: choose one of the first atoms.";
      return;
    }
    const parts = tensors(atom, matrix(turn)), values = invariants(parts), flat = parts.flat();
    if (!first || first.atom !== atom) {
      const still_ = tensors(atom, matrix([0, 0, 0, 1]));
      first = { atom, flat: still_.flat(), values: invariants(still_) };
    }
    const lengths = parts.flatMap((part) => part.map(() => Math.hypot(...part)));
    const visible = (v, k) => Math.abs(v) < 1e-13 * Math.max(...lengths) ? 0 : v;
    tensorBars.forEach((bar, k) => show(bar, visible(flat[k]), lengths[k]));
    valueBars.forEach((bar, k) => show(bar, values[k], Math.abs(values[k])));
    const changed = Math.max(...flat.map((v, k) => lengths[k] > 1e-9 * Math.max(...lengths) ? Math.abs(v - first.flat[k]) / lengths[k] : 0));
    const full = lengthsWithout(atom), scale = (k) =>
      Math.max(Math.abs(first.values[k]), 1e-4 * data.contents[k].reduce((size, c) => size * full[c], 1), 1e-300);
    const moved = Math.max(...values.map((v, k) => Math.abs(v - first.values[k]) / scale(k)));
    const angle = 2 * Math.acos(Math.min(1, Math.abs(turn[3]))) * 180 / Math.PI;
    byId("verdict").textContent = `Turned by ${angle.toFixed(0)}°: components have changed by up to ${(100 * changed).toFixed(0)} % of the length of their tensor, `
      + `invariants by a share of at most ${moved === 0 ? "0" : moved.toExponential(0)}, ${moved < 1e-9 ? "which is round-off" : "which is MORE than round-off"}.`;
    byId("verdict").dataset.tensors = changed;
    byId("verdict").dataset.invariants = moved;
  };

  // ---- choices ----
  const chosen = () => Number(byId("atom").value);
  const rowCells = [];
  data.symbols.forEach((symbol, k) => {
    make("option", `${k} ${symbol}`, byId("atom")).value = k;
    const row = make("tr", "", byId("peratom"));
    make("td", k, row).className = "number";
    make("td", symbol, row);
    const cell = make("td", "", row);
    cell.className = "number";
    rowCells.push(cell);
    row.addEventListener("click", () => choose(k));
  });
  data.labels.forEach((label, k) => { make("option", `I${k}  ${label}`, byId("invariant")).value = k; });
  const choose = (atom) => { byId("atom").value = atom; refresh(); };
  let draw = null;
  const refresh = () => {
    recolour();
    rowCells.forEach((cell, k) => cell.parentElement.classList.toggle("chosen", k === chosen()));
    if (draw) draw(true);
    prove();
  };
  byId("invariant").value = Math.min(data.labels.length - 1, 1);
  recolour();
  draw = moving();
  byId("how").textContent = draw ? "Drag to turn, or use the buttons; click an atom to choose it."
    : "This browser offers no WebGL: a still picture, which the buttons turn.";
  draw ??= still();
  byId("invariant").addEventListener("input", refresh);
  byId("atom").addEventListener("input", refresh);
  for (const button of document.querySelectorAll("[data-turn]")) button.addEventListener("click", () => {
    const kind = button.dataset.turn, half = Math.PI / 24;
    if (kind === "start") turn = [0, 0, 0, 1];
    else if (kind === "random") turn = unit([1, 2, 3, 4].map(() => Math.random() - 0.5));
    else {
      const s = Math.sin(half) * Number(kind.slice(1));
      turn = unit(times(kind[0] === "x" ? [s, 0, 0, Math.cos(half)] : [0, s, 0, Math.cos(half)], turn));
    }
    draw(false);
    prove();
  });
  byId("structure").computed = (atom) => invariants(tensors(atom, matrix(turn)));
  refresh();
})();
