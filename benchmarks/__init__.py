"""What the product promises in figures, measured: `python -m benchmarks`, or `make bench`."""
