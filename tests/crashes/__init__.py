# SPDX-License-Identifier: MIT
"""Real crashes: a kernel panics, and makedumpfile reads /proc/vmcore in the capture kernel.

        python -m tests.crashes [NAME...] [--rescues FOLDER] [--record] [--folder FOLDER]

The names are those of tests/crashes/kinds.py, all of them unless told. Each becomes FOLDER/NAME, in
~/.cache/vmcoreinfo/crashes unless told:

    console         what both kernels printed
    first/          the guest's own word before the crash: release, tasks, meminfo, kpageflags, kallsyms, btf
    capture/        release, command line, size and first bytes of /proc/vmcore
    runs/RUN/       command, exit, seconds, stdout, stderr, size of a run, and its dump where it is kept
    facts.json      how it was booted and how long it took
    runs.jsonl      a line a run, see tests/crashes/reading.py

--record keeps them in tests/corpus/crashes. A folder of rescues has a program for each release of makedumpfile, `rescue-1.7.8`, that of another
architecture than x86_64 as `rescue-1.7.8-arm64`, and `rescue-1.7.8~other` for kernels other than
the guest's. Without it the runs that need one are left out.
"""
