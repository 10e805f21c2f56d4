"""One BLAS thread, unless the reader has asked for another number: for small matrices more threads only wait."""

import os
import sys

NAMES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def one_blas_thread():
    """Limit BLAS to one thread in this process, unless an environment variable (NAMES) sets their number.

    At widths up to 64 a second thread gains nothing, and where the other cores are busy it makes a pass several times
    slower. Sweeps use the cores by processes instead.
    """
    if sys.platform != "emscripten" and not any(name in os.environ for name in NAMES):  # a browser has no threads
        from threadpoolctl import threadpool_limits

        threadpool_limits(limits=1, user_api="blas")
