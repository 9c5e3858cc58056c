"""Scripts that fit, measure and compare; their tables are quoted in the docs."""
