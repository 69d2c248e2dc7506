# SPDX-License-Identifier: MIT
"""Real crashes: a kernel panics, and makedumpfile reads /proc/vmcore in the capture kernel.

        python -m tests.crashes [NAME...] [--rescues FOLDER | --alone] [--record] [--folder FOLDER]

The names are those in tests/crashes/kinds.py, by default all. Each becomes FOLDER/NAME, by default
in ~/.cache/vmcoreinfo/crashes:

    console         the output of both kernels first/          from the guest before the crash:
    release, tasks, meminfo, kpageflags, kallsyms, btf capture/        release, command line, size
    and first bytes of /proc/vmcore runs/RUN/       command, exit, seconds, stdout, stderr, size of
    a run, and its dump if it is kept facts.json      how it was booted and how long it took
    runs.jsonl      one line per run, see tests/crashes/reading.py

Rescues are made and compiled, unless a folder with them is given: a program for each release of
makedumpfile, `rescue-1.7.8`, for an architecture other than x86_64 as `rescue-1.7.8-arm64`, and
`rescue-1.7.8~other` for kernels other than the guest's. --alone leaves out all runs that need one.
--record keeps the results in tests/corpus/crashes.
"""
