"""Tables on terminals of any width: labels stay whole, columns are left out; bases side by side."""

from __future__ import annotations

import io

import pytest
from processes import invgen as command
from rich.console import Console

import invgen
from invgen.compiler.auditing.report import table as audit_table
from invgen.compiler.inspect.difference import difference, difference_text
from invgen.compiler.inspect.flexibility import flexibility_table, legend
from invgen.compiler.inspect.report import table
from invgen.markup.terminal import Column, fitted

WIDTHS = (20, 40, 60, 80, 100, 200)


def printed(table: object, width: int) -> list[str]:
    """The lines that a terminal of this width is sent."""
    console = Console(file=io.StringIO(), width=width, color_system=None, emoji=False)
    console.print(table, crop=False)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["cartesian-l3-n4-flexible", "cartesian-l4-n5-flexible", "cartesian-l3-n10-flexible"])
@pytest.mark.parametrize("width", WIDTHS)
def test_labels_never_break(name: str, width: int) -> None:
    basis = invgen.find_basis(name)
    lines = printed(table(basis, width), width)
    assert [line.rsplit(" ", 1)[-1] for line in lines if line.startswith("I")] == list(basis.labels)
    widest = max(map(len, basis.labels))
    assert max(map(len, lines)) <= max(width, widest + len("name") + 3)


def test_labels_of_couplings_and_of_audits_never_break() -> None:
    basis = invgen.generate(invgen.BasisSpec(family="ace", total_degree=7, n_max=3, elements=("Mo", "W")))
    words = {word for line in printed(table(basis, 30), 30) for word in line.split()}
    assert set(basis.labels) <= words
    members = ["ij,jk,kl,li->,two,two,two,two", "ij,ij->,two,two"]
    audit = invgen.audit(members)
    shown = "\n".join(printed(audit_table(audit, 30), 30))
    assert all(member in shown for member in members)


def test_narrow_terminals_get_fewer_columns() -> None:
    basis = invgen.find_basis("cartesian-l3-n4-flexible")
    heads = {
        width: [w for w in printed(table(basis, width), width)[0].split() if w != "┃"] for width in (40, 60, 80, 120)
    }
    assert heads[120] == ["name", "n", "ranks", "contraction", "monomials", "operations", "label"]
    assert heads[60] == ["name", "n", "ranks", "contraction", "label"]
    assert heads[40] == ["name", "n", "label"]
    assert set(heads[60]) < set(heads[80]) < set(heads[120])


def test_spared_columns_go_by_their_number() -> None:
    columns = (Column("a"), Column("b", spare=1), Column("c", spare=2), Column("d", folds=True, spare=3))
    row = ["x" * 10, "y" * 10, "z" * 10, "word " * 8]
    shown = {width: printed(fitted(columns, [row], width), width)[0].split() for width in (80, 55, 40, 25, 5)}
    assert [len(heads) for heads in shown.values()] == [7, 7, 5, 3, 1]


def test_flexibility_names_its_columns() -> None:
    bases = ("cartesian-l2-n4-independent", "cartesian-l2-n4-flexible")
    found = [invgen.find_basis(name).flexibility() for name in bases]
    wide = printed(flexibility_table(found, 120), 120)
    assert all(name in wide[1] for name in bases)
    assert legend(found, 120) == []
    narrow = printed(flexibility_table(found, 60), 60)
    assert narrow[1].split() == ["site", "┃", "group", "┃", "A", "┃", "B"]
    assert legend(found, 60) == [f"A: {bases[0]}", f"B: {bases[1]}"]
    alone = printed(flexibility_table(found[:1], 60), 60)
    assert "rank of attainable" in alone[1]
    assert bases[0] in alone[0]
    for lines in (wide, narrow, alone):
        text = "\n".join(lines)
        assert "C∞v" in text
        assert "inf" not in text


def test_two_bases_side_by_side() -> None:
    first, second = (invgen.find_basis(f"cartesian-l{k}-n4-independent") for k in (2, 3))
    found = difference(first, second)
    assert found["request"] == {"ranks": [[0, 1, 2], [0, 1, 2, 3]]}
    assert sorted(found["both"] + found["only_first"]) == sorted(first.labels)
    assert sorted(found["both"] + found["only_second"]) == sorted(second.labels)
    lines = difference_text(first, second).splitlines()
    assert lines[:2] == [f"- {first.reach}", f"+ {second.reach}"]
    assert [line.split()[1] for line in lines[4:] if line[0] == "+"] == found["only_second"]
    assert difference(first, first)["both"] == list(first.labels)
    done = command("show", "--diff", first.id, second.id)
    assert done.stdout.splitlines() == lines
    assert command("show", "--diff", "nothing", second.id).returncode != 0
