"""The solvers: which sentences of two texts belong together."""
