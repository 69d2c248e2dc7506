# SPDX-License-Identifier: MIT
"""The command, as `vmcoreinfo` or `python -m vmcoreinfo_codegen`."""

import gc
import signal
import sys
from typing import NoReturn

INTERRUPTED = 130
"""The shell's exit code for a command that Ctrl-C ended."""


def run() -> NoReturn:
    """Run the command and end the process; Ctrl-C never shows a traceback."""
    # There is nothing to clean up while modules are loaded. If our parent ignores SIGINT, so do we.
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .cli.main import main

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The memory is freed with the process: collecting garbage first would take a tenth of the time.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    run()
