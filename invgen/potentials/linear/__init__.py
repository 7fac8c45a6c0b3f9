"""Linear ACE potentials: E = sum over atoms of c . B."""
