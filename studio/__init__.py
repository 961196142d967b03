"""The backend anyone can run at home; speaks NemoVideo's API, knows neither bots nor core."""

import os

# The work is spread over processes. numpy's BLAS starts a thread for each core as it is imported, and their spinning
# costs twice the import itself.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
