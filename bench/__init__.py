"""Side-by-side measurements: each claim about speed or memory is a ratio made in one run, against a named baseline."""
