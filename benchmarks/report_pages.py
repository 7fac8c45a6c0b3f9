"""Weight of report pages, and how long a browser takes: to first paint, until they are usable, to search and to sort.

    python benchmarks/report_pages.py

Needs Chromium. Each page is opened ``OPENED`` times in a window of 1280 x 900, without a window; medians are recorded
with the load of the machine, which other work disturbs; the processor time of the page's process is less disturbed.
``usable`` is when the scripts of the page have run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from record import write

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from browser import Browser

import invgen
from invgen.compiler.inspect.page.basis_page import basis_page

OPENED = 7
SPECS = {
    "(3,4) flexible": invgen.BasisSpec(l_max=3, n_max=4, objective="flexible"),
    "(5,4) independent": invgen.BasisSpec(l_max=5, n_max=4),
    "ACE, D=14, linear": invgen.BasisSpec(family="ace", total_degree=14, n_max=3, objective="linear"),
    "ACE, D=18, linear": invgen.BasisSpec(family="ace", total_degree=18, n_max=3, objective="linear"),
}
TIMES = """(async () => {
  const paint = () => performance.getEntriesByName('first-contentful-paint')[0];
  for (let k = 0; k < 300 && !paint(); k += 1) await new Promise(done => setTimeout(done, 50));
  const timed = action => {
    const start = performance.now();
    action();
    document.body.offsetHeight;
    return performance.now() - start;
  };
  const set = (id, value) => {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
  };
  return {
    'first paint': paint().startTime,
    usable: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
    search: timed(() => set('search', '1')),
    sort: timed(() => set('sort', 'monomials')),
  };
})()"""


def measured(spec: invgen.BasisSpec, browser: Browser, folder: Path) -> dict[str, Any]:
    """One page: how it was made, its weight in bytes, and medians in milliseconds."""
    basis = invgen.generate(spec)
    wall, processor = time.perf_counter(), time.process_time()
    text = basis_page(basis)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    (folder / "page.html").write_text(text, encoding="utf-8")
    runs = []
    for _ in range(OPENED):
        before = browser.processor_seconds()
        browser.open(folder / "page.html")
        loaded = 1000 * (browser.processor_seconds() - before)
        runs.append({**browser.run(TIMES), "processor until loaded": loaded})
    return {
        "basis": basis.id,
        "invariants": len(basis),
        "bytes": len(text.encode()),
        "elements": browser.run("document.querySelectorAll('*').length"),
        "seconds to write": {"processor": round(processor, 1), "wall": round(wall, 1)},
        "milliseconds": {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]},
        "slowest": {name: round(max(run[name] for run in runs), 1) for name in runs[0]},
        "complaints": browser.complaints,
        "requests": browser.requests,
    }


def main() -> None:
    """Measures all pages and records them."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, Browser(Path(folder) / "profile") as browser:
        browser.size(1280, 900)
        version = browser.version()
        for name, spec in SPECS.items():
            found[name] = measured(spec, browser, Path(folder))
            print(name, found[name], flush=True)
    load = [round(x, 1) for x in os.getloadavg()]
    write("report_pages", {"browser": version, "opened": OPENED, "load of the machine": load, "pages": found})


if __name__ == "__main__":
    main()
