"""The configuration of a fit: what its TOML file may say, with defaults, checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from invgen.ace.fitting.centres import check_centres
from invgen.ace.fitting.rows import Weights
from invgen.ace.fitting.solvers import SOLVERS
from invgen.ace.fitting.validation import FOLD_BY
from invgen.data.references import METHODS
from invgen.errors import unknown
from invgen.runs.config import ConfigError, parse_table, parse_tables, read_tables
from invgen.runs.references import ReferencesConfig, check_energies, check_references


@dataclass(frozen=True)
class DataConfig:
    """Where structures come from; paths are relative to the configuration file."""

    train: str
    """A file of structures."""
    test: str | None = None
    """A file of structures that are only measured."""
    validation: str | None = None
    """A file of structures that chooses lambda instead of cross-validation."""
    test_size: int = 0
    """structures: without a ``test`` file, so many are taken out of ``train`` at random."""
    split_seed: int = 0
    """Which structures are taken."""
    keys: dict[str, Any] = field(default_factory=dict)
    """Under which keys the files have their labels, as ``invgen.data.LabelFormat``."""
    units: dict[str, Any] = field(default_factory=dict)
    """What the labels are measured in, as ``invgen.data.LabelFormat``."""


@dataclass(frozen=True)
class BasisConfig:
    """The functions: a truncation by total degree, by l_max and channels, or by all, as in ``BasisSpec``; or a file.

    ``total_degree``, ``l_max`` and ``channels`` take one number each, or a list with one for each order.
    """

    elements: tuple[str, ...] = ()
    """Without it those of the training structures, in the order of their atomic numbers."""
    total_degree: int | float | str | tuple[int | float | str, ...] | None = None
    """Largest sum of n + w_L l over the factors. This, or ``channels`` with ``l_max``, or ``source`` is required."""
    w_L: int | float | str | None = None
    """Weight of a rank in the degree; without it 3/2."""
    n_max: int = 3
    """Largest correlation order."""
    l_max: int | tuple[int, ...] | None = None
    """Largest rank."""
    channels: int | tuple[int, ...] | None = None
    """Radial functions of all species together."""
    orders: tuple[int, ...] = ()
    """Only these correlation orders; without it all up to ``n_max``."""
    objective: str = "linear"
    """linear: all functions; independent: the functionally independent ones (Langbein); or robust, of ``BasisSpec``."""
    ordering: str = "degree"
    """degree, cost or rank, the order in which candidates are looked at; or program (_vjp, _all), by their kernel."""
    source: str | None = None
    """File, folder or shipped id of a basis that was generated before; excludes all other keys but ``elements``."""
    centres: dict[str, Any] = field(default_factory=dict)
    """By element of the centre, the largest degree of its functions, or a list with one for each order (0: none of it);
    elements that are not named have the degrees of the basis."""
    neighbours: dict[str, Any] = field(default_factory=dict)
    """By element, what each factor with neighbours of it adds to the degree that is limited."""
    max_candidates: int | None = None
    """Allows more candidates than are enumerated unless told."""


@dataclass(frozen=True)
class RadialConfig:
    """Radial functions, see ``RadialBasis``; their number follows from the basis."""

    cutoff: float
    """Å: where interactions end."""
    r0: float | None = None
    """Å: without it the median distance of nearest neighbours in the training structures."""
    pair_r0: dict[str, Any] = field(default_factory=dict)
    """Å: instead of r0, of single pairs of elements: a table such as ``{C-H = 1.1, C-C = 1.4}``."""
    transform: str = "agnesi"
    """agnesi or power."""
    p: int = 2
    """First power of the transform."""
    q: int = 4
    """Second power of agnesi."""
    envelope: int = 3
    """Power with which functions go to zero at the cutoff, 3 or more."""


@dataclass(frozen=True)
class WeightsConfig:
    """Weights of rows; those not given are balanced by cross-validation."""

    energy: float | None = None
    """1/eV: of energies."""
    forces: float | None = None
    """Å/eV: of components of forces."""
    stress: float | None = None
    """1/eV: of components of virials."""
    scaling: str = "sqrt"
    """What energies and virials of N atoms are divided by: sqrt (of N), or atom (N: errors per atom)."""
    groups: dict[str, Any] = field(default_factory=dict)
    """Factors for single groups of structures: a table of ``energy``, ``forces`` and ``stress`` for each."""

    def weights(self) -> Weights:
        """Checked; raises ``ConfigError``."""
        for group, factors in self.groups.items():
            numbers = isinstance(factors, Mapping) and all(is_number(v) for v in factors.values())
            if not numbers:
                raise ConfigError(f"[weights.groups.{group}] must be a table of numbers, got {factors!r}")
        try:
            return Weights(**{name: getattr(self, name) for name in self.__dataclass_fields__})
        except ValueError as error:
            raise ConfigError(f"[weights] {error}") from error


FITTED = "fitted"


@dataclass(frozen=True)
class FitReferencesConfig(ReferencesConfig):
    """One-body energies: fitted with the rest, or by one of the methods of ``ReferencesConfig``."""

    method: str = FITTED
    """fitted, least-squares, isolated or none."""
    compare: dict[str, Any] = field(default_factory=dict)
    """eV: known energies of isolated atoms that the fit does not use; the report tells how far off it is."""


@dataclass(frozen=True)
class ShortRangeConfig:
    """What repels where no structure is: below the shortest distance of each pair of elements, and in a crowd."""

    zbl: bool = True
    """Whether there is any; without it there is nothing in a crowd either."""
    inner: float = 0.7
    """Share of that distance up to which it is ZBL's in full; it ends at 0.9 of it, see ``Repulsion``."""
    crowding: bool = True
    """Whether atoms more crowded than any that is fitted repel, where the functions would attract, see ``Crowding``."""
    pairs: dict[str, Any] = field(default_factory=dict)
    """What is said of single pairs, such as ``Cu-Ni``: a table of ``inner``, ``outer`` (Å) and ``factor`` for each."""


@dataclass(frozen=True)
class SolverConfig:
    """How coefficients are found."""

    method: str = "ridge"
    """ridge, least-squares, bayesian-ridge or ard."""
    folds: int = 5
    """ridge: folds of cross-validation."""
    fold_by: str = "structures"
    """structures: every fold holds out evenly from all groups; groups: whole groups."""
    seed: int = 0
    """Of the folds."""
    smoothness: tuple[float, ...] = (1.0, 2.0, 3.0)
    """Powers of the prior to try (ridge), or the power (bayesian-ridge)."""
    lambdas: tuple[float, ...] = ()
    """Relative lambdas to try; without it a fine path over twenty orders of magnitude."""
    normalise: bool = True
    """Whether ridge penalises what functions contribute, instead of their coefficients."""
    refit: bool = True
    """Whether the final fit uses the validation file, too."""
    iterations: int = 300
    """At most so many of bayesian-ridge and ard."""
    threads: int = 0
    """Blocks of structures and decompositions at a time; 0: as many as cores, or as ``OMP_NUM_THREADS`` says."""


@dataclass(frozen=True)
class OutputConfig:
    """Where everything goes."""

    folder: str = "fit"
    """For potential, report, plots, and (in ``factors/``) the condensed design; relative to the file."""
    plots: bool = True
    """Whether pictures are drawn."""


@dataclass(frozen=True)
class FitConfig:
    """One fit: the tables data, basis, radial, weights, references, solver, short_range and output."""

    data: DataConfig
    radial: RadialConfig
    basis: BasisConfig = field(default_factory=BasisConfig)
    weights: WeightsConfig = field(default_factory=WeightsConfig)
    references: FitReferencesConfig = field(default_factory=FitReferencesConfig)
    solver: SolverConfig = field(default_factory=SolverConfig)
    short_range: ShortRangeConfig = field(default_factory=ShortRangeConfig)
    output: OutputConfig = field(default_factory=OutputConfig)

    def to_json(self) -> dict[str, Any]:
        """Nested plain values."""
        return asdict(self)


TABLES = {
    "data": DataConfig,
    "basis": BasisConfig,
    "radial": RadialConfig,
    "weights": WeightsConfig,
    "references": FitReferencesConfig,
    "solver": SolverConfig,
    "short_range": ShortRangeConfig,
    "output": OutputConfig,
}


def read_fit_config(path: str | Path) -> FitConfig:
    """Read a TOML file. Raises ``ConfigError`` naming the file, the key, and the closest known key."""
    return read_tables(path, parse_fit_config)


def parse_fit_config(values: Mapping[str, Any]) -> FitConfig:
    """``FitConfig`` of nested tables. Raises ``ConfigError`` for unknown keys, wrong types and impossible values."""
    config = FitConfig(**parse_tables(values, TABLES))
    config.weights.weights()
    if not config.radial.cutoff > 0:
        raise ConfigError(f"radial.cutoff is a length in Å: it must be positive, got {config.radial.cutoff}")
    check_fit_references(config.references)
    check_solver(config.solver)
    check_short_range(config.short_range)
    check_basis(config.basis)
    if config.data.test_size < 0 or (config.data.test_size and config.data.test is not None):
        raise ConfigError(f"give data.test (a file) or data.test_size (a positive number), got {config.data.test_size}")
    return config


def table(name: str, kind: type, values: Any) -> Any:
    """The table ``name`` of plain values; what is none is left as it is."""
    return parse_table(name, kind, values) if isinstance(values, Mapping) else values


def spec_arguments(basis: BasisConfig, elements: tuple[str, ...]) -> dict[str, Any]:
    """Arguments of ``BasisSpec``."""
    keys = ("total_degree", "w_L", "n_max", "l_max", "channels", "objective", "ordering")
    values = {"family": "ace", **{k: getattr(basis, k) for k in keys}, "orders": basis.orders or None}
    return {k: v for k, v in values.items() if v is not None} | {"elements": elements}


def check_fit_references(references: FitReferencesConfig) -> None:
    """Raises ``ConfigError`` for an unknown method and energies that are no numbers."""
    check_references(references, (FITTED, *METHODS))
    check_energies("references.compare", references.compare)


def check_solver(solver: SolverConfig) -> None:
    """Raises ``ConfigError`` for unknown words and numbers out of range."""
    for key, known in (("method", SOLVERS), ("fold_by", FOLD_BY)):
        if getattr(solver, key) not in known:
            raise ConfigError(unknown(f"solver.{key}", getattr(solver, key), known))
    for key, least in (("folds", 2), ("iterations", 1), ("threads", 0)):
        if getattr(solver, key) < least:
            raise ConfigError(f"solver.{key} must be at least {least}, got {getattr(solver, key)}")
    if not solver.smoothness or min(solver.smoothness) < 0:
        raise ConfigError(f"solver.smoothness needs powers of at least zero, got {list(solver.smoothness)}")
    if solver.lambdas and not min(solver.lambdas) > 0:
        raise ConfigError(f"solver.lambdas must be positive, got {list(solver.lambdas)}")


def check_short_range(short_range: ShortRangeConfig) -> None:
    """Raises ``ConfigError`` for an inner radius that is not inside, and pairs that are none."""
    if not 0 < short_range.inner < 1:
        raise ConfigError(f"short_range.inner must be between 0 and 1, got {short_range.inner}")
    for pair, given in short_range.pairs.items():
        if pair.count("-") != 1:
            raise ConfigError(f"[short_range.pairs] takes pairs of elements such as Cu-Ni, got {pair!r}")
        positive = isinstance(given, Mapping) and all(is_number(v) and v > 0 for v in given.values())
        if not positive or not set(given) <= {"inner", "outer", "factor"}:
            raise ConfigError(
                f"[short_range.pairs.{pair}] must be a table of inner, outer (Å) and factor, positive numbers, got "
                f"{given!r}"
            )


def check_basis(basis: BasisConfig) -> None:
    """Raises ``ConfigError`` unless the keys describe one basis."""
    check_centres(basis.centres, basis.neighbours)
    if basis.source is not None:
        others = {k: v for k, v in asdict(basis).items() if k not in ("source", "elements", "centres", "neighbours")}
        given = [k for k, v in others.items() if v != getattr(BasisConfig(), k)]
        if given:
            raise ConfigError(f"basis.source is a basis of its own; remove {', '.join(given)} from [basis]")
    elif basis.total_degree is None and basis.channels is None:
        raise ConfigError("give basis.total_degree, or basis.channels with basis.l_max, or all three")
    elif basis.total_degree is None and basis.l_max is None:
        raise ConfigError("basis.channels needs basis.l_max beside it")


def is_number(value: Any) -> bool:
    """Whether ``value`` is a finite number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
