"""The audit of anybody's descriptors: what is dependent is caught, what is not passes, and bad input has a name."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from itertools import combinations, permutations
from pathlib import Path

import audit_functions as functions
import numpy as np
import pytest
import sympy
from processes import invgen as command
from processes import invgen_process

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.algebra.components import full_tensor, symmetric_powers
from invgen.compiler.auditing import exact, expressions, parsing
from invgen.compiler.auditing.contractions import ContractionList
from invgen.compiler.auditing.functions import central_differences
from invgen.compiler.auditing.polynomials import PolynomialList
from invgen.compiler.auditing.report import as_json, text
from invgen.compiler.auditing.source import parse_lines
from invgen.compiler.candidates.cartesian.enumeration import candidates
from invgen.compiler.candidates.cartesian.symbolic import expression
from invgen.errors import AuditError

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("zero", "one", "two", "three", "four", "five", "six")
QUADRUPOLE = ["ij,ij->,two,two", "ij,jk,ki->,two,two,two"]


def contractions(*texts: str, traces: bool = False) -> ContractionList:
    return ContractionList.parse(parse_lines(texts, "list"), traces)


def polynomials(*texts: str) -> PolynomialList:
    return PolynomialList.parse(parse_lines(texts, "list"))


def einsum_line(label: str) -> str:
    """The line of a label such as ``2ab.2:1ab``."""
    factors = [re.fullmatch(r"(\d+)(?::(\d+))?([a-zA-Z]*)", part).groups() for part in label.split(".")]
    names = [WORDS[int(rank)] + (f"_{channel}" if channel else "_0") for rank, channel, _ in factors]
    return ",".join(indices for *_, indices in factors) + "->," + ",".join(names)


# ---- contractions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("traces", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        "ij,jk,ki->,two,two,two",
        "ii->,two",
        "iij,j->,three,one",
        "iabc,cab,jji->,four,three_1,three_2",
        "aabbcc,ii->,six,two",
        "i,ij,jkl,kl->,one,two,three,two_x",
        "ab,bacd,cd->,Q_2,h,q_1",
        "ijk,i,jl,lk->,eps,v,two_1,two_2",
        "->,s",
        "i,i,->,1,v,0",
    ],
)
def test_a_line_means_what_einsum_means(line, traces):
    members = contractions(line, traces=traces)
    points = members.configurations(3, "points")
    contraction = members.contractions[0]
    found = members.evaluator(points, Floating()).values(contraction) if contraction else np.zeros(3)
    epsilon = np.array([[[sympy.LeviCivita(i, j, k) for k in range(3)] for j in range(3)] for i in range(3)], float)
    subscripts, _, operands = line.partition("->")
    for point, value in zip(points, found, strict=True):
        full = {
            name: _full(point[members.tensors.slices[factor]], factor[0], traces)
            for name, factor in zip(members.tensors.names, members.tensors.factors, strict=True)
        }
        words = [word.strip() for word in operands.split(",")[1:]]
        arrays = [epsilon if word == "eps" else full[_written(word)] for word in words]
        np.testing.assert_allclose(value, np.einsum(subscripts + "->", *arrays), rtol=1e-12, atol=1e-13)


def _full(components, rank, traces):
    """The full tensor of reduced or of symmetric components."""
    if not traces:
        return full_tensor(components, rank)
    full = np.zeros((3,) * rank)
    for value, powers in zip(components, symmetric_powers(rank), strict=True):
        for index in set(permutations((0,) * powers[0] + (1,) * powers[1] + (2,) * powers[2])):
            full[index] = value
    return full


def test_gradients_are_those_of_finite_differences():
    members = contractions("iij,jkl,kl->,three_1,three_2,two", "iab,jab,ij->,three_1,three_1,two", traces=True)
    evaluator = lambda x: members.evaluator(x[None], Floating())  # noqa: E731
    x = members.configurations(1, "x")[0]
    found, _ = central_differences(lambda y: np.array([evaluator(y).values(c)[0] for c in members.contractions]), x)
    np.testing.assert_allclose(members.rows(x[None], Floating())[0], found, atol=1e-10)


def test_traces_are_information_only_where_there_are_traces():
    lines = ["ii->,two", "ij,ij->,two,two", "ij,jk,ki->,two,two,two", "ij,jk,kl,li->,two,two,two,two"]
    whole = invgen.audit(lines, traces=True)
    assert whole.kept == (0, 1, 2)
    assert whole.bound == 3
    assert whole.members[3].proven
    assert [m.status for m in invgen.audit(lines).members] == ["constant", "kept", "kept", "dependent"]


def _written(name: str) -> str:
    head, _, channel = name.lower().partition("_")
    rank = WORDS.index(head) if head in WORDS else int(head) if head.isdigit() else "svqth".index(head)
    return WORDS[rank] + (f"_{channel}" if channel else "")


@pytest.mark.parametrize(
    ("added", "parts"),
    [
        ("ij,ij,kl,kl->,two,two,two,two", (0,)),
        ("ij,jk,kl,li->,two,two,two,two", (0,)),
        ("ij,jk,kl,lm,mi->,q,q,q,q,q", (0, 1)),
        ("ab,ba->,two,two", (0,)),
    ],
)
def test_consequences_are_caught_and_say_of_what(added, parts):
    audit = invgen.audit([*QUADRUPOLE, added])
    assert audit.kept == (0, 1)
    assert audit.dependent == (2,)
    assert audit.members[2].depends_on == parts
    assert audit.members[2].proven
    assert not audit.independent
    assert invgen.audit(QUADRUPOLE).independent


@pytest.mark.parametrize("ends", [None, 2])
@pytest.mark.parametrize("power", [6, 7])
def test_consequences_of_rank_4_are_caught(power, ends):
    """A tensor of rank 4 is a traceless 5 x 5 matrix: its fifth power is a combination of lower ones."""
    lowest = [functions.chain(4, k) for k in range(2, 6)]
    between = [functions.chain(4, k, ends) for k in range(5)] if ends else []
    independent = [*lowest, *between]
    assert invgen.audit(independent).independent
    audit = invgen.audit([*independent, functions.chain(4, power, ends)])
    assert audit.dependent == (len(independent),)
    assert set(audit.members[-1].depends_on) <= set(audit.kept)
    assert len(audit.members[-1].depends_on) >= 2


def test_coefficients_rebuild_the_gradient():
    lines = [*QUADRUPOLE, "i,i->,v,v", "i,ij,j->,v,q,v", "i,ij,jk,k->,v,q,q,v", "i,ij,jk,kl,l->,v,q,q,q,v"]
    audit, members = invgen.audit(lines), contractions(*lines)
    point = members.configurations(audit.configurations, "audit/")[[audit.floating.best]]
    rows, last = members.rows(point, Floating())[0], audit.members[-1]
    assert last.depends_on == (0, 1, 2, 3)
    combined = np.array(last.coefficients) @ rows[list(last.depends_on)]
    np.testing.assert_allclose(combined, rows[-1], atol=1e-12)
    spoiled = np.array(last.coefficients) * [1, 1, 1, 1.001] @ rows[list(last.depends_on)]
    assert not np.allclose(spoiled, rows[-1], atol=1e-12)


def test_the_public_list_of_13_is_independent_and_fails_where_it_is_known_to():
    basis = invgen.find_basis("cartesian-l3-n4-flexible")
    audit = invgen.audit([einsum_line(label) for label in basis.labels])
    assert audit.independent
    assert audit.rank == audit.bound == 13
    ranks = {p.name: (p.rank, p.attainable) for p in audit.places}
    assert ranks["only zero two three left"] == (8, 10)
    assert ranks["only zero one three left"] == (6, 8)
    assert ranks == {
        f"only {' '.join(WORDS[r] for r in p.ranks)} left": (p.rank, p.bound)
        for p in basis.evidence.patterns
        if len(p.ranks) < 4
    }
    whole = invgen.audit([einsum_line(label) for label in invgen.find_basis("cartesian-l3-n10-flexible").labels])
    assert all(p.rank == p.attainable for p in whole.places)
    assert len(whole.dependent) == 2
    assert any(p.kept_rank < p.rank for p in whole.degenerate)
    assert "members called dependent raise the rank" in str(whole)
    assert "members called dependent raise the rank" not in str(audit)


def test_a_subset_is_chosen_in_the_given_order_or_by_cost():
    lines = ["ij,jk,kl,li->,two,two,two,two", "ij,jk,ki->,two,two,two", "ij,ij->,two,two"]
    assert invgen.audit(lines).kept == (0, 1)
    assert invgen.audit(lines, ordering="cost").kept == (2, 1)
    assert invgen.audit(lines, ordering="cost").members[0].depends_on == (2,)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("iijk,jk->,four,two", "zero: the index i contracts a traceless tensor with itself"),
        ("ijk,ij,k->,eps,two,one", "zero: two indices of a symmetric tensor meet"),
        ("iij,j->,eps,one", "zero: the index i contracts the antisymmetric"),
    ],
)
def test_what_vanishes_says_why(line, words):
    member = invgen.audit([line, "ij,ij->,two,two"]).members[0]
    assert member.status == "constant"
    assert member.note.startswith(words)


def test_what_vanishes_without_saying_so_is_constant_too():
    """Antisymmetric in two equal vectors."""
    audit = invgen.audit(["ijk,i,j,k->,eps,v,v,v_2", "i,i->,v,v", "ijk,i,j,k->,eps,v,v_2,v_3"])
    assert [m.status for m in audit.members] == ["constant", "kept", "kept"]


def test_doubled_lines_are_named():
    audit = invgen.audit(["first = ij,jk,ki->,two,two,two", "ij,ij->,two,two", "ab,ac,cb->,q,q,q"])
    assert audit.members[2].note == "the same contraction as first"
    assert audit.members[2].depends_on == (0,)


def test_channels_are_different_tensors():
    lines = ["ij,ij->,two_1,two_1", "ij,ij->,two_1,two_2", "ij,ij->,two_2,two_2"]
    assert invgen.audit(lines).independent
    assert not invgen.audit([line.replace("_2", "_1") for line in lines]).independent


# ---- polynomials -----------------------------------------------------------------------------------------------

TEXTS = [
    "x*y + z**2",
    "-x**2*(y - 3/4)**3 + 0.25*z",
    "2**3**2 - -x/5*(x+y)*(x-y)",
    "((x)) - (y*z - 1.5e-3*x)**4 * z",
    "+x - (2*x + 1)**0",
]


@pytest.mark.parametrize("text", TEXTS)
def test_polynomials_are_those_that_sympy_reads(text):
    members, prime = polynomials(text, "x+y+z"), modular.DEFAULT_PRIME
    symbols = sympy.symbols(members.names)
    oracle = sympy.sympify(text, rational=True)
    point = modular.residues("point", len(symbols), prime)
    at = dict(zip(symbols, map(int, point), strict=True))
    row = members.rows(point[None], Modular(prime))[0, 0]
    for symbol, entry in zip(symbols, row, strict=True):
        value = sympy.Rational(oracle.diff(symbol).subs(at))
        assert int(entry) == int(value.p) * pow(int(value.q), -1, prime) % prime
    small = np.array([[0.3, -0.7, 0.2]])
    floats = [float(oracle.diff(s).subs(dict(zip(symbols, small[0], strict=True)))) for s in symbols]
    np.testing.assert_allclose(members.rows(small, Floating())[0, 0], floats, rtol=1e-12, atol=1e-13)
    size, poly = members.sizes[0], sympy.Poly(oracle, *symbols)
    _, cleared = poly.clear_denoms(convert=True)
    assert size.degree >= poly.total_degree()
    assert 2**size.bits >= sum(abs(int(c)) for c in cleared.coeffs())


def test_bounds_on_contractions_hold():
    found = list(candidates(cartesian([(1, 0), (2, 0), (3, 0)]), [2, 3]))
    members = contractions(*(einsum_line(c.label) for c in found))
    for c, size in zip(found, members.sizes, strict=True):
        poly = sympy.Poly(expression(c))
        assert size.degree == poly.total_degree()
        assert 2**size.bits >= sum(abs(int(k)) for k in poly.coeffs())


@pytest.mark.parametrize(
    ("texts", "dependent"),
    [
        (["x*y", "x+y", "x**2+y**2"], (2,)),
        (["x*y", "y*z", "x*z", "x**2*y*z"], (3,)),
        (["x+y+z", "x*y+y*z+x*z", "x*y*z", "x**3+y**3+z**3"], (3,)),
        (["x", "3", "x**2/7 - 1/3"], (1, 2)),
        (["x+y+z", "x*y+y*z+x*z", "x*y*z"], ()),
        (["x**2", "x*y**3", "w*x - 2/3*z", "z**5"], ()),
        (["x", "1e-20*y", "x + 1e-9*y"], (2,)),
    ],
)
def test_dependent_polynomials_are_caught_and_independent_ones_pass(texts, dependent):
    audit = invgen.audit(texts)
    assert audit.dependent == dependent
    assert audit.independent == (not dependent)
    assert audit.exact.log10_mistake is None or audit.exact.log10_mistake <= -30


def test_participants_are_only_those_that_take_part():
    audit = invgen.audit(["a*b", "c", "d+a", "c*(d+a)**2", "e"])
    assert audit.members[3].depends_on == (1, 2)
    assert not audit.members[3].proven
    assert audit.exact.log10_mistake <= -30
    assert len(audit.exact.trials) > 3
    assert [m.status for m in audit.members].count("kept") == 4


def test_a_vanishing_variable_shows_where_the_rank_drops():
    audit = invgen.audit(["x**2", "y"])
    assert [(p.name, p.rank) for p in audit.degenerate] == [("x = 0", 1)]
    assert not invgen.audit(["x", "y"]).degenerate


# ---- exactness -------------------------------------------------------------------------------------------------


def test_an_unlucky_prime_is_outvoted():
    """The coefficient is the very prime of the first trial, so there the member looks constant."""
    prime = exact.random_prime("audit//0")
    audit = invgen.audit([f"{prime}*x", "y"])
    assert audit.independent
    assert audit.exact.trials[0].kept == (1,)
    assert audit.exact.trials[1].kept == (0, 1)
    others = [t.prime for t in audit.exact.trials[1:]]
    assert f"modulo {others[0]} at a witness; the same at {len(others)} of {len(others) + 1}" in str(audit)
    honest = invgen.audit([f"{prime + 2}*x", "y"])
    assert {t.kept for t in honest.exact.trials} == {(0, 1)}


def test_a_prime_that_divides_a_denominator_is_not_used():
    prime = exact.random_prime("audit//0")
    audit = invgen.audit([f"x/{prime}", "y"])
    assert audit.independent
    assert prime not in [t.prime for t in audit.exact.trials]


def test_primes_are_drawn_from_as_many_as_are_claimed():
    counted = sympy.li(2**31).evalf() - sympy.li(2**30).evalf()
    assert abs(float(counted) - exact.PRIMES) < 2e4
    drawn = {exact.random_prime(f"seed {k}") for k in range(20)}
    assert len(drawn) == 20
    assert all(2**30 < p < 2**31 and sympy.isprime(p) for p in drawn)


def test_the_rank_holds_for_three_primes_and_witnesses():
    audit = invgen.audit(ROOT / "examples" / "contractions.txt")
    trials = audit.exact.trials
    assert len({t.prime for t in trials}) == len({t.witness for t in trials}) == len(trials) >= 3
    assert {t.kept for t in trials} == {audit.kept}
    lines = [line.name for line in parse_lines((ROOT / "examples" / "contractions.txt").read_text().splitlines(), "")]
    members = ContractionList.parse(parse_lines((ROOT / "examples" / "contractions.txt").read_text().splitlines(), ""))
    minor = members.rows(np.array([trials[0].witness]), Modular(trials[0].prime))[0][list(audit.kept)]
    chosen = minor[:, list(trials[0].pivots)]
    from flint import nmod_mat

    assert int(nmod_mat(len(chosen), len(chosen), chosen.ravel().tolist(), trials[0].prime).det()) != 0
    marked = [
        line.split("=")[0].strip()
        for line in (ROOT / "examples" / "contractions.txt").read_text().splitlines()
        if "# !" in line
    ]
    assert [lines[k] for k in audit.dependent] == marked


def test_lists_too_large_for_the_primes_are_refused():
    many = [f"(x{k} + 1)**1000 * (y + {k})" for k in range(60)]
    with pytest.raises(AuditError, match="degree"):
        invgen.audit(many)
    huge = [f"(x{k} + y)**900" for k in range(120)]
    assert exact.log10_miss(polynomials(*huge[:10])) < -1


def test_three_hundred_members():
    found = list(candidates(cartesian([(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]), [2, 3, 4, 5]))[:300]
    audit = invgen.audit([einsum_line(c.label) for c in found])
    assert audit.rank == audit.bound == 32
    assert all(m.proven for m in audit.members)


def test_decisions_are_those_of_the_selection():
    basis = invgen.generate(invgen.BasisSpec(l_max=3, n_max=4))
    offered = [c for c in candidates(cartesian([(0, 0), (1, 0), (2, 0), (3, 0)]), [1, 2, 3, 4])]
    audit = invgen.audit([einsum_line(c.label) for c in offered])
    assert [offered[k].label for k in audit.kept] == list(basis.labels)


# ---- errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["ij,ij->,two,two", "ii,ij->,two,two"], "line 2.*'i' stands 3 times"),
        (["ijk,jk->,two,two"], "two needs 2 indices, 'ijk' has 3"),
        (["ij,ij->,two,tow"], "unknown tensor 'tow'; did you mean 'two'"),
        (["ij,jk->,two,two"], "'i' is left free"),
        (["ij,j->i,two,one"], "'i' is left free"),
        (["ij,ij->,two"], "2 groups of indices and 1 names"),
        (["ij,ij->,two,two", "ij,ij"], "line 2.*there is no arrow"),
        (["i1,i1->,two,two"], "'1' is no index"),
        (["ijk,ijk->,eps,eps"], "two Levi-Civita symbols"),
        (["iij,j->,eps,eps"], "needs 3 indices"),
        (["a = ij,ij->,two,two", "a = i,i->,one,one"], "the name 'a' stands at the list, line 1"),
        ([], "holds no members"),
        (["# nothing", "  "], "holds no members"),
        (["x", "sin(x)"], "line 2.*unknown function 'sin'"),
        (["x/y"], "division by a variable"),
        (["x/0"], "division by zero"),
        (["x/(1-1)"], "division by zero"),
        (["x^2"], r"powers are written \*\*"),
        (["x**y"], "exponent must be a whole number"),
        (["x**-1"], "exponent must be a whole number"),
        (["x**0.5"], "exponent must be a whole number"),
        (["x**99999"], "too large"),
        (["((x**100)**100)**100"], "too large"),
        (["(2**1000)**1000*x"], "too large"),
        (["1" * 200 + "*x"], "more than 100 digits"),
        (["(" * 200 + "x" + ")" * 200], "more than 50 parentheses"),
        (["2**" * 200 + "1"], "parentheses"),
        (["x y"], "'y' stands where an operator"),
        (["2x"], "'x' stands where an operator"),
        (["x +"], "should stand last"),
        (["(x"], "not closed"),
        (["x)"], "stands where an operator"),
        (["__import__('os').system('true')"], "unknown function|cannot read"),
        (["x.real"], "cannot read"),
        (["3", "4/5"], "none of the 2 polynomials has a variable"),
    ],
)
def test_malformed_lists_are_named(texts, words):
    with pytest.raises(AuditError, match=words):
        invgen.audit(texts)


def test_a_mark_of_byte_order_is_no_text(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"\xef\xbb\xbfx + y\r\nx*y\r\n")
    assert [m.label for m in invgen.audit(tmp_path / "list.txt").members] == ["x + y", "x*y"]


def test_the_largest_prime_is_a_number_like_others():
    """Special places are computed modulo a prime, too: one that divides no denominator and loses no rank."""
    for second in ("x + y/2147483647", "x + 2147483647*y"):
        audit = invgen.audit(["x", second])
        assert audit.kept == (0, 1)
        assert not audit.degenerate


def test_large_and_small_numbers_are_no_trouble():
    audit = invgen.audit(["(x + y)**500*1e300", "x", "((x + y)**30)**30"])
    assert audit.kept == (0, 1)
    assert audit.members[2].depends_on == (0,)
    assert np.isfinite(audit.members[2].coefficients).all()


def test_files_that_are_none_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere\.txt"):
        invgen.audit(tmp_path / "nowhere.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(AuditError, match="not UTF-8"):
        invgen.audit(tmp_path / "binary.txt")
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(AuditError, match="holds no members"):
        invgen.audit(tmp_path / "empty.txt")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(AuditError, match="no npz file"):
        invgen.audit(tmp_path / "text.npz")
    np.savez(tmp_path / "objects.npz", jacobian=np.array([{"a": 1}], dtype=object))
    with pytest.raises(AuditError, match="no npz file of plain arrays"):
        invgen.audit(tmp_path / "objects.npz")
    with pytest.raises(AuditError, match="a list is a text file"):
        invgen.audit(3)


# ---- command line and documents --------------------------------------------------------------------------------


def test_the_verb_tells_by_its_exit_code(tmp_path):
    (tmp_path / "good.txt").write_text("\n".join(QUADRUPOLE))
    (tmp_path / "bad.txt").write_text("\n".join([*QUADRUPOLE, "CH = ij,jk,kl,li->,two,two,two,two"]))
    good = command("audit", tmp_path / "good.txt")
    assert good.returncode == 0, good.stderr
    assert "none dependent" in good.stdout
    bad = command("audit", tmp_path / "bad.txt", "-o", tmp_path / "report.json", "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout) == json.loads((tmp_path / "report.json").read_text())
    assert json.loads(bad.stdout)["dependent"] == [2]
    wrong = command("audit", tmp_path / "nowhere.txt")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: no file")
    assert "Traceback" not in wrong.stderr


def test_the_verb_finds_functions_in_the_working_directory(tmp_path):
    (tmp_path / "mine.py").write_text(Path(functions.__file__).read_text() + "\n\nok = distances\n")
    found = invgen_process("audit", "mine:distances_and_sum", "--atoms", 4, "-o", "report.txt", cwd=tmp_path)
    assert found.returncode == 1, found.stderr
    assert "7 members, 1 dependent; keep 6" in found.stdout
    assert "7 members, 1 dependent; keep 6" in (tmp_path / "report.txt").read_text()
    passed = invgen_process("audit", "mine:ok", "--atoms", 3, cwd=tmp_path)
    assert passed.returncode == 0, passed.stderr
    assert "mine:ok: 3 members" in passed.stdout


def test_lists_need_neither_torch_nor_sympy(tmp_path):
    code = f"""
import sys
for name in ("torch", "sympy", "numba", "jinja2"):
    sys.modules[name] = None
import invgen
print(invgen.audit({QUADRUPOLE!r}).independent, invgen.audit(["x", "x**2"]).dependent)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True (1,)"


def test_reports_do_not_depend_on_the_hash_seed():
    code = "import invgen; print(invgen.audit('examples/contractions.txt').to_json())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1]


def test_the_proof_is_checked_with_the_report_alone():
    """The witness is made anew from its seed, and the minor of what is kept is taken by SymPy."""
    texts = ["x*y + z**2", "w*x - 2/3*z", "x*y*z", "(x*y + z**2)**2", "w**3 + x"]
    audit = invgen.audit(texts)
    report = json.loads(as_json(audit))
    assert report == json.loads(json.dumps(audit.to_json()))
    symbols = sympy.symbols("x y z w")
    rows = [[sympy.diff(sympy.sympify(text, rational=True), s) for s in symbols] for text in texts]
    minor = sympy.Matrix(rows)[report["kept"], :][:, report["exact"]["pivots"]].det()
    assert len(report["exact"]["trials"]) == len(audit.exact.trials) >= 3
    for trial, found in zip(report["exact"]["trials"], audit.exact.trials, strict=True):
        digest = hashlib.sha256(f"{trial['seed']}/0".encode()).digest()
        point = [int.from_bytes(digest[k : k + 8], "big") % trial["prime"] for k in range(0, 32, 8)]
        assert tuple(point) == found.witness
        value = sympy.Rational(minor.subs(dict(zip(symbols, point, strict=True))))
        assert value.q % trial["prime"] != 0
        assert value.p % trial["prime"] != 0


def test_the_report_of_a_trial_that_kept_less_says_so():
    prime = exact.random_prime("audit//0")
    report = invgen.audit([f"{prime}*x", "y"]).to_json()
    first, second, *_ = report["exact"]["trials"]
    assert (first["kept"], first["pivots"]) == ([1], [1])
    assert second.keys() == {"prime", "seed"}
    assert (report["kept"], report["exact"]["pivots"]) == ([0, 1], [0, 1])


def test_the_report_of_a_large_list_is_small():
    """245 members in 721 variables, 44 of them made of 60 others each."""
    kept = [f"m{k}*m{k + 201} + m{k + 402}**2 + m{603 + k % 118}" for k in range(201)]
    mixed = [" + ".join(f"{1 + (7 * i + j) % 97}/{3 + j % 5}*({kept[(5 * j + 3 * i) % 201]})" for i in range(60))
             for j in range(44)]  # fmt: skip
    audit = invgen.audit([*kept, *mixed])
    assert (len(audit.members), audit.variables, len(audit.dependent)) == (245, 721, 44)
    assert {len(m.depends_on) for m in audit.members[201:]} == {60}
    assert len(as_json(audit)) < 100_000
    assert len(text(audit)) < 100_000


def test_the_report_names_every_member():
    audit = invgen.audit(ROOT / "examples" / "contractions.txt")
    told = text(audit)
    for member in audit.members:
        assert member.label in told
    assert str(audit) in told
    assert "QQQQ: depends on QQ\n" in str(audit)
    assert "zero: zero: the index i" in str(audit)
    assert len(audit.verdict()) <= 22


def test_the_document_runs(tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "audit.md").read_text(), flags=re.DOTALL)
    assert len(blocks) >= 4
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"audit.md block {number}", "exec"), names)


def test_all_pairs_of_expressions_keep_their_sizes():
    """Sizes of sums and products bound those of what they stand for."""
    nodes = [parsing.parse(text, AssertionError) for text in TEXTS]
    for (a, first), (b, second) in combinations(zip(nodes, TEXTS, strict=True), 2):
        for sign in "+*":
            size = parsing.parse(f"({first}){sign}({second})", AssertionError).size
            poly = sympy.Poly(sympy.sympify(f"({first}){sign}({second})", rational=True), *sympy.symbols("x y z"))
            assert size.degree >= max(a.size.degree, b.size.degree)
            assert 2**size.bits >= sum(abs(int(c)) for c in poly.clear_denoms(convert=True)[1].coeffs())


# ---- written-out polynomials, places, ranks beside the functional one ------------------------------------------


@pytest.mark.parametrize("prime", [None, modular.DEFAULT_PRIME])
def test_written_out_polynomials_have_the_gradients_of_their_trees(prime):
    texts = ["3*x*y*z - x**2*y/7 + 5", "x", "z**3 - 2*x*x*z", "(x + y)**2*z", "2", "x**13 + y"]
    members, arithmetic = polynomials(*texts), Modular(prime) if prime else Floating()
    assert [some is None for some in members._terms] == [False, False, False, True, False, True]
    points = modular.residues("p", 6, 1000).reshape(2, 3) if prime else members.configurations(2, "p")
    points = arithmetic.array(points)
    for row, node in enumerate(members.polynomials):
        values = {name: points[:, k] for k, name in enumerate(members.names)}
        slopes = expressions.gradient(node, values, arithmetic)
        wanted = np.stack([slopes.get(name, np.zeros(2, points.dtype)) for name in members.names], axis=1)
        np.testing.assert_allclose(members.rows(points, arithmetic)[:, row].astype(float), wanted.astype(float))


def test_places_are_chosen():
    texts = ["x**2", "y*z", "z"]
    assert [p.name for p in invgen.audit(texts).places] == ["x = 0", "y = 0", "z = 0"]
    assert [p.name for p in invgen.audit(texts, places="y, x+z").places] == ["y = 0", "x = z = 0"]
    assert [(p.name, p.rank) for p in invgen.audit(texts, places="x+z").degenerate] == [("x = z = 0", 1)]
    none = invgen.audit(texts, places="none")
    assert none.places == ()
    assert "degenerate: no variable was set to zero (not wanted)" in str(none)
    with pytest.raises(AuditError, match=r"places: unknown variable 'w'"):
        invgen.audit(texts, places="x+w")
    many = invgen.audit([f"x{k}*x{k + 1}" for k in range(120)])
    assert many.places == ()
    assert "no variable was set to zero (121 variables; --places all, or --places x,y+z)" in str(many)
    lines = [*QUADRUPOLE, "i,i->,v,v", "i,ij,j->,v,q,v"]
    assert [p.name for p in invgen.audit(lines, places="one").places] == ["only two left"]
    assert not invgen.audit(lines, places="none").places
    with pytest.raises(AuditError, match="unknown rank 'three'"):
        invgen.audit(lines, places="three")
    with pytest.raises(AuditError, match="places go with kind 'contractions' or 'polynomials'"):
        invgen.audit(functions.distances, atoms=3, places="all")


def test_members_without_a_name_are_told_by_their_line_and_beginning():
    long = " + ".join(f"{k}*x*y**{k}" for k in range(2, 40))
    audit = invgen.audit(["x", "y", long, f"named = {long}"])
    assert audit.members[2].label == "line 3: 2*x*y**2 + 3*x*y**3 + 4*x*y**4 + 5*x ..."
    assert audit.members[3].label == "named"
    assert len(text(audit)) < 2000
    assert invgen.audit(["x*y + y", "x"]).members[0].label == "x*y + y"


def test_the_bound_counts_rotations_where_they_are_told():
    texts = [f"{a}x*{b}x + {a}y*{b}y + {a}z*{b}z" for a, b in ("uu", "uv", "vv", "uw", "vw", "ww")]
    assert (invgen.audit(texts).bound, invgen.audit(texts).rank) == (9, 6)
    told = invgen.audit([*texts, f"({texts[1]})**2"], rotations=True)
    assert (told.bound, told.rank) == (6, 6)
    assert "rank 6 of at most 6 (9 variables less 3 of the rotations that are told to leave" in str(told)
    with pytest.raises(AuditError, match=r"7 members are independent, more than 6 .* leave --rotations out"):
        invgen.audit([*texts, "ux"], rotations=True)


def test_the_linear_rank_stands_beside_the_functional_one():
    audit = invgen.audit(["x", "y", "x*y", "x**2", "2*x - 3*y + 7", "x**2 - x*y"])
    assert (audit.rank, audit.linear_rank) == (2, 4)
    assert "linearly independent, constants aside: 4 of 6" in str(audit)
    assert audit.to_json()["linear_rank"] == 4
    linear = invgen.generate(invgen.BasisSpec(l_max=2, n_max=4, objective="linear"))
    found = invgen.audit([einsum_line(label) for label in linear.labels])
    assert (len(linear), found.rank, found.linear_rank) == (18, 6, 18)


def test_the_attainable_rank_names_the_missing_member():
    """The list of 13 cut at order 3, as hippynn has it: 7 of 13, but 8 are attainable."""
    basis = invgen.find_basis("cartesian-l3-n4-flexible")
    cut = [einsum_line(c.label).replace("_0", "") for c in basis if c.order <= 3]
    audit = invgen.audit(cut)
    assert (audit.rank, audit.bound, audit.attainable.rank) == (7, 13, 8)
    assert audit.attainable.missing == ("a,bc,abc->,one,two,three",)
    assert "attainable with the tensors and orders of the list: 8 of these 13" in str(audit)
    assert "missing members: a,bc,abc->,one,two,three" in str(audit)
    assert invgen.audit([*cut, *audit.attainable.missing]).attainable.missing == ()
    whole = invgen.audit([einsum_line(label) for label in basis.labels])
    assert (whole.attainable.rank, whole.attainable.missing) == (13, ())
    assert "attainable" not in str(whole).replace(" attainable\n", "").split("degenerate")[0]
    channels = invgen.audit(["ij,ij->,two_a,two_b"])
    assert channels.attainable.missing == ("ab,ab->,two_a,two_a", "ab,ab->,two_b,two_b")
    assert invgen.audit(["x", "y"]).attainable is None
    triple = invgen.audit(["ijk,i,j,k->,eps,v,v_2,v_3"])
    assert (triple.attainable.rank, triple.attainable.missing) == (1, ())


def test_moments_of_unit_vectors_share_their_traces():
    lines = ["->,zero_0", "ii->,two_0", "iijj->,four_0", "ij,ij->,two_0,two_0", "iijk,jk->,four_0,two_0", "ii->,two_1"]
    audit = invgen.audit(lines, unit=True)
    assert audit.kept == (0, 3, 5)
    assert audit.bound == 15 - 3 + 6 == audit.variables - 3
    assert invgen.audit(lines, traces=True).kept == (0, 1, 2, 3, 4, 5)
    rng = np.random.default_rng(0)
    vectors, weights = rng.normal(size=(7, 3)), rng.normal(size=7)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    members = ContractionList.parse(parse_lines(lines[:5], "list"), True, True)
    fourth = np.einsum("n,ni,nj,nk,nl->ijkl", weights, *[vectors] * 4)
    point = [fourth[tuple(np.repeat(range(3), powers))] for powers in symmetric_powers(4)]
    found = [members.evaluator(np.array([point]), Floating()).values(c)[0] for c in members.contractions]
    second = np.einsum("n,ni,nj->ij", weights, vectors, vectors)
    np.testing.assert_allclose(found, [weights.sum()] * 3 + [(second**2).sum()] * 2, rtol=1e-12)


def test_tables_without_jacobians_say_how_to_get_them(tmp_path):
    np.savez(tmp_path / "values.npz", values=np.ones((3, 4)))
    with pytest.raises(AuditError, match=r"holds no array jacobian; it holds values\. .*audit the function that made"):
        invgen.audit(tmp_path / "values.npz")
    with pytest.raises(AuditError, match=r"got \(3, 4\)\. If these are values: .*torch\.func\.jacrev"):
        invgen.audit(np.ones((3, 4)))


@pytest.mark.parametrize("lines", [["1.5e400*z", "x"], ["x", "1e200*z*1e200*z"]])
def test_a_coefficient_beyond_float64_is_told(lines: list[str]) -> None:
    with pytest.raises(AuditError, match="a coefficient of about 1e400 is beyond the range of float64"):
        invgen.audit(lines)
    assert invgen.audit(["1e-400*z", "x"]).independent
