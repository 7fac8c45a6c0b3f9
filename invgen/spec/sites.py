"""The symmetric sites that the objective ``robust`` is asked for: part of the request, so everybody reads it here.

A site is a Schoenflies group and neighbours with whole coordinates, one of every shell; the group makes the others. The
main axis is z; mirror planes of C_nv, D_nh and D_nd contain x, twofold axes of D_n lie along x. Cubic groups have their
fourfold (twofold) axes along x, y, z, icosahedral ones a fivefold axis along z.
"""

from __future__ import annotations

Seed = tuple[int, int, int]
Row = tuple[str, str, str, tuple[Seed, ...]]
"""Name, group, where chemistry has it, one neighbour of every shell."""

GENERAL: tuple[Seed, ...] = (
    (2, 6, -3), (9, 6, 6), (5, 0, 0), (-2, -6, 5), (9, -8, -3), (-1, 0, 4),
    (-2, -4, 2), (-1, 2, -9), (-8, -7, -1), (2, -9, 9), (-2, -1, 0), (-7, -6, 3),
    (8, -9, 1), (4, 6, -3), (-7, -1, -3), (-6, 2, 7), (0, -2, 1), (-4, -8, -3),
    (3, 5, -4), (-5, -6, -8), (-8, -5, 3), (5, 6, 2), (7, -6, -5), (4, -2, 6),
    (-8, 2, -9), (-6, -7, 1), (8, -1, -3), (7, 7, -2), (-6, 1, -1), (1, 5, 5),
)  # fmt: skip
"""Neighbours at no special place."""
PLANE: tuple[Seed, ...] = tuple((x, y, 0) for x, y, _ in GENERAL[:15])

SITES: tuple[Row, ...] = (
    ("no symmetry", "C1", "liquid water", GENERAL),
    ("inversion centre", "Ci", "cations in triclinic crystals", GENERAL),
    ("twofold axis", "C2", "Si in quartz", GENERAL[:20]),
    ("planar", "Cs", "C in pyridine, next to N", PLANE),
    ("planar, centred", "C2h", "trans-[PtCl2(NH3)2], H and all", GENERAL[:12]),
    ("rectangle", "D2h", "Ti in rutile", ((1, 2, 0), (0, 0, 1))),
    ("twisted rectangle", "D2", "two twisted chelates", GENERAL[:6]),
    ("propeller", "C3", "P in PPh3", GENERAL[:12]),
    ("flat propeller", "C3h", "B in B(OH)3", ((2, 0, 0), (3, 2, 0), (3, 1, 0))),
    ("square propeller", "C4h", "planar M(OH)4, all H one way round", ((2, 0, 0), (3, 2, 0), (3, 1, 0), (1, 1, 1))),
    ("one neighbour", "Cinfv", "HF; centre of N2O", ((0, 0, 1),)),
    ("two equal, linear", "Dinfh", "CO2", ((0, 0, 1),)),
    ("two equal, bent", "C2v", "H2O", ((3, 0, 2),)),
    ("two unequal, bent", "Cs", "HOCl", ((1, 0, 0), (-1, 3, 0))),
    ("T shape", "C2v", "ClF3", ((5, 0, 1), (0, 0, -1))),
    ("see-saw", "C2v", "SF4", ((5, 0, 1), (0, 3, -2))),
    ("two and two", "C2v", "CH2F2", ((1, 0, 1), (0, 3, -2))),
    ("trigonal planar", "D3h", "BF3, graphene", ((1, 0, 0),)),
    ("trigonal pyramid", "C3v", "NH3", ((2, 0, -1),)),
    ("three and one", "C3v", "CH3F", ((3, 0, -1), (0, 0, 1))),
    ("square", "D4h", "XeF4", ((1, 0, 0),)),
    ("square pyramid", "C4v", "BrF5", ((5, 0, -1), (0, 0, 1))),
    ("tetrahedron", "Td", "CH4, diamond", ((1, 1, 1),)),
    ("flattened tetrahedron", "D2d", "[CuCl4]2-", ((3, 0, 2),)),
    ("twisted tetrahedron", "S4", "W in scheelite", GENERAL[:12]),
    ("trigonal bipyramid", "D3h", "PF5", ((1, 0, 0), (0, 0, 1))),
    ("octahedron", "Oh", "SF6, NaCl", ((1, 0, 0),)),
    ("long octahedron", "D4h", "Cu(II), Jahn-Teller", ((1, 0, 0), (0, 0, 1))),
    ("off-centre octahedron", "C4v", "Ti in BaTiO3", ((9, 0, -1), (0, 0, 1), (0, 0, -1))),
    ("trigonal octahedron", "D3d", "Cd in CdI2", ((1, 0, 1),)),
    ("twisted octahedron", "D3", "[Co(en)3]", ((1, 2, 3),)),
    ("octahedron in pyrite", "S6", "Fe in FeS2", GENERAL[:12]),
    ("trigonal prism", "D3h", "MoS2", ((1, 0, 1),)),
    ("six pairs", "Th", "[Ce(NO3)6]", ((0, 1, 3),)),
    ("pentagonal pyramid", "C5v", "[XeOF5]", ((9, 0, -1), (0, 0, 1))),
    ("pentagonal bipyramid", "D5h", "IF7", ((1, 0, 0), (0, 0, 1))),
    ("pentagonal antiprism", "D5d", "ferrocene, staggered", ((1, 0, 1),)),
    ("pentagonal prism", "D5h", "ferrocene, eclipsed", ((1, 0, 1),)),
    ("over a hexagon", "C6v", "Li on graphene", ((1, 0, -1),)),
    ("hexagonal prism", "D6h", "Cr(C6H6)2", ((1, 0, 1),)),
    ("square antiprism", "D4d", "[TaF8]", ((3, 0, 2),)),
    ("cube", "Oh", "CsCl; first shell of bcc", ((1, 1, 1),)),
    ("bcc, two shells", "Oh", "Fe, Mo", ((1, 1, 1), (2, 0, 0))),
    ("fcc", "Oh", "first shell of Cu", ((1, 1, 0),)),
    ("hcp", "D3h", "first shell of Ti", ((1, 0, 0), (0, 5, 7))),
    ("icosahedron", "Ih", "B12, metallic glass", ((0, 0, 1),)),
)  # fmt: skip


def written(group: str) -> str:
    """A Schoenflies symbol as chemists write it: ``C∞v`` for ``Cinfv``."""
    return group.replace("inf", "∞")
