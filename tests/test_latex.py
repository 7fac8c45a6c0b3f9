"""What is printed as LaTeX goes through a LaTeX engine: every formula of shipped bases, of couplings and relations."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from processes import invgen as command

import invgen
from invgen.resources import generated_folder

ENGINE = next(filter(None, map(shutil.which, ("pdflatex", "lualatex", "xelatex"))), None)
needs_latex = pytest.mark.skipif(
    ENGINE is None, reason="no LaTeX engine (pdflatex, lualatex, xelatex); apt-get install texlive-latex-base"
)
DOCUMENT = r"""\documentclass{article}
\usepackage{amsmath}
\begin{document}
\raggedright
%s
\end{document}
"""


def compiled(formulas: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What the engine says of a document that holds the formulas."""
    (folder / "formulas.tex").write_text(DOCUMENT % "\n\n".join(formulas), encoding="utf-8")
    options = ["-interaction=nonstopmode", "-halt-on-error", "formulas.tex"]
    return subprocess.run([str(ENGINE), *options], cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def shipped_ids() -> list[str]:
    return sorted(path.parent.name for path in generated_folder().glob("*/basis.json"))


@needs_latex
def test_all_formulas_compile(tmp_path: Path) -> None:
    printed = command("show", "cartesian-l4-n4-flexible", "--latex")
    assert printed.returncode == 0
    formulas = [f"${line}$" for line in printed.stdout.splitlines()]
    assert len(formulas) == len(invgen.find_basis("cartesian-l4-n4-flexible"))
    bases = [invgen.find_basis(name) for name in shipped_ids()]
    requests = (
        invgen.BasisSpec(family="ace", channels=2, l_max=2, n_max=3, elements=("Mo", "W")),
        invgen.BasisSpec(ranks=(1, 6), n_max=3),
        invgen.BasisSpec(l_max=2, n_max=3, channels=2),
        invgen.BasisSpec(l_max=3, n_max=3, parity="both"),
    )
    bases += [invgen.generate(spec) for spec in requests]
    formulas += [f"${basis.latex(k)}$" for basis in bases for k in range(len(basis))]
    formulas += [text for basis in bases for text in (basis._repr_latex_(), basis[-1]._repr_latex_())]
    formulas += [f"${c.latex}$" for c in invgen.covariants(invgen.BasisSpec(l_max=3, n_max=3), rank=2)]
    relation = invgen.find_basis("cartesian-l3-n4-flexible").relation("2ab.2ac.2bd.2cd")
    formulas.append(relation._repr_latex_())
    done = compiled(formulas, tmp_path)
    assert done.returncode == 0, done.stdout[-3000:]
    assert (tmp_path / "formulas.pdf").is_file()


@needs_latex
def test_a_broken_formula_is_noticed(tmp_path: Path) -> None:
    assert compiled([r"$Q_{ij$"], tmp_path).returncode != 0
    assert compiled([r"$\epsilonn_{ijk}$"], tmp_path).returncode != 0
