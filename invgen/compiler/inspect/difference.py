"""What two bases have in common, and what one has that the other has not, by label."""

from __future__ import annotations

from typing import Any

from invgen.compiler.basis import Basis


def difference(first: Basis, second: Basis) -> dict[str, Any]:
    """``first``, ``second``, ``request``, ``both``, ``only_first``, ``only_second``: plain data.

    ``request`` has the keys of the specifications that differ, each with the two values.
    """
    a, b = first.spec.to_json(), second.spec.to_json()
    known = {"first": set(first.labels), "second": set(second.labels)}
    return {
        "first": _told(first),
        "second": _told(second),
        "request": {k: [a.get(k), b.get(k)] for k in {**a, **b} if a.get(k) != b.get(k)},
        "both": [label for label in first.labels if label in known["second"]],
        "only_first": [label for label in first.labels if label not in known["second"]],
        "only_second": [label for label in second.labels if label not in known["first"]],
    }


def difference_text(first: Basis, second: Basis) -> str:
    """The same to read: sizes and ranks, what was asked otherwise, and one line for each invariant.

    ``-`` is in the first basis only, ``+`` in the second only; labels stand alone, as they are copied.
    """
    found = difference(first, second)
    lines = [f"- {first.reach}", f"+ {second.reach}"]
    lines += [f"{key}: {_value(old)} -> {_value(new)}" for key, (old, new) in found["request"].items()]
    lines.append(f"{len(found['both'])} in both, {len(found['only_first'])} less, {len(found['only_second'])} more")
    texts = {c.label: basis.family.text(basis.spec, c) for basis in (first, second) for c in basis}
    marked = [*(("-", label) for label in found["only_first"]), *(("+", label) for label in found["only_second"])]
    width = max((len(label) for _, label in marked), default=0)
    return "\n".join([*lines, *(f"{sign} {label:{width}}  {texts[label]}".rstrip() for sign, label in marked)])


def _told(basis: Basis) -> dict[str, Any]:
    evidence = basis.evidence
    return {"id": basis.id, "invariants": len(basis), "rank": evidence.rank, "bound": evidence.bound}


def _value(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
