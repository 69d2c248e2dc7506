# SPDX-License-Identifier: MIT
"""Ray Data on tables of notes, in a separate process, for comparison with the command.

python -m tests.fleet.engine TABLES OUT CPUS
"""

from __future__ import annotations

import logging
import os
import sys

from vmcoreinfo_codegen.audit.arrow import AuditNotes


def main(tables: str, out: str, cpus: int) -> None:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(
        num_cpus=cpus, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
    )
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    notes = ray.data.read_parquet(tables)
    notes.map_batches(AuditNotes(), batch_format="pyarrow", batch_size=1024).write_parquet(out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
