# SPDX-License-Identifier: MIT
from tests.emit.eva import main

main()
