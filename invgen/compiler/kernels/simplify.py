"""Tidying an expression graph before it becomes a program: common factors are taken out of sums.

``a*b + a*c`` becomes ``a*(b + c)`` when nothing else reads the products: one multiplication less for each further
term, and an addition less where ``b + c`` is needed elsewhere too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from invgen.compiler.kernels.builder import ONE, UNIT, Builder, Expression, Linearisation, Node
from invgen.compiler.kernels.program import Kernel

Outputs = Sequence[tuple[str, Sequence[Expression]]]


def simplified(builder: Builder, name: str, outputs: Outputs) -> Kernel:
    """The shortest program found: passes are repeated while they shorten it."""
    best = Linearisation(builder, name, outputs)
    while True:
        builder, outputs = _factored(best)
        shorter = Linearisation(builder, name, outputs)
        if len(shorter.statements) >= len(best.statements):
            return best.kernel()
        best = shorter


def _factored(program: Linearisation) -> tuple[Builder, Outputs]:
    """The same expressions in a new graph, every sum with its common factors taken out."""
    old, outputs, order = program.builder, program.outputs, program.order
    readers: Counter[Node] = Counter(n for node in order for n in old.operands(node))
    readers.update(node for _, expressions in outputs for _, node in expressions)
    new = Builder(old.inputs)
    image: dict[Node, Expression] = {UNIT: ONE} | {i: new.input(i) for i in range(old.size)}
    image |= {node: new.root(square) for node, square in old.roots.items()}
    for node in order:
        if node in old.products:
            left, right = old.products[node]
            image[node] = new.mul(image[left], image[right])
        else:
            image[node] = new.add(_factored_terms(old, new, image, readers, node))
    images = [(array, [new.scale(c, image[node]) for c, node in expressions]) for array, expressions in outputs]
    return new, images


def _factored_terms(
    old: Builder, new: Builder, image: dict[Node, Expression], readers: Counter[Node], node: Node
) -> list[Expression]:
    terms = old.sums[node]
    products = {n: w for w, n in terms if n in old.products and readers[n] == 1}
    result = [new.scale(w, image[n]) for w, n in terms if n not in products]
    while products:
        factors: Counter[Node] = Counter(f for n in products for f in set(old.products[n]))
        factor, count = min(factors.items(), key=lambda item: (-item[1], item[0]))
        if count < 2:
            break
        members = [n for n in products if factor in old.products[n]]
        inner = new.add(new.scale(products.pop(n), image[_other(old.products[n], factor)]) for n in members)
        result.append(new.mul(image[factor], inner))
    return result + [new.scale(w, image[n]) for n, w in products.items()]


def _other(product: tuple[Node, Node], factor: Node) -> Node:
    left, right = product
    return right if left == factor else left
