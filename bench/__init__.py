"""Measurements against the bare thing, in ratios within one run: `make bench`."""
