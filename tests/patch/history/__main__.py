# SPDX-License-Identifier: MIT
from tests.patch.history import main

main()
