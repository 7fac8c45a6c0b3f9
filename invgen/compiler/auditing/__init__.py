"""The Langbein filter for anybody's descriptors: sources, the exact and the float64 pass, and what they find."""
