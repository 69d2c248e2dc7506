# SPDX-License-Identifier: MIT
"""The command, as `vmcoreinfo` or `python -m vmcoreinfo_codegen`."""

import gc
import signal
import sys
from typing import NoReturn

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended."""


def run() -> NoReturn:
    """Run the command and end the process; nothing that Ctrl-C does shows a traceback."""
    # While modules are loaded there is nothing to tidy up. Who started us to ignore it is obeyed.
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
    # The memory goes with the process: to look for garbage in it first takes a tenth of a question's time.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    run()
