# SPDX-License-Identifier: MIT
import sys

from .cli.main import main

sys.exit(main())
