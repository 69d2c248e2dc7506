# SPDX-License-Identifier: MIT
"""`python -m vmcoreinfo_codegen`: the command."""

import sys

from .cli.main import main

sys.exit(main())
