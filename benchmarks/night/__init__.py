"""The night of ten thousand portfolios beside a floor: NumPy, SciPy and bare COPY."""
