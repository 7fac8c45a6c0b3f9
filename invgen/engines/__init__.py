"""Potentials in other people's programs: what each needs is written, built or driven from here."""
