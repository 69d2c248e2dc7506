# SPDX-License-Identifier: MIT
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.patch.history import ASIDE, CORPUS, PAGE, Corpus
from tests.patch.history.page import table
from vmcoreinfo_codegen.model.builder import load

if len(sys.argv) > 2:
    Corpus(sys.argv[1]).measure(load(ROOT / "schema"), Path(sys.argv[2]))
PAGE.write_text(table(CORPUS, ASIDE))
