"""One BLAS thread in web and task workers: many workers beat many threads on small matrices.

The libraries read these once, when numpy is first imported; settings come before that.
"""

import os

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def pin() -> None:
    for variable in VARIABLES:
        os.environ.setdefault(variable, "1")
