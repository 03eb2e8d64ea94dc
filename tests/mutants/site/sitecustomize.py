"""In any Python that is started with this folder on its path: the module that CHANGECTL_MUTANT names has the text beside it."""

import json
import os
import sys
from pathlib import Path

if told := os.environ.get("CHANGECTL_MUTANT"):
    sys.path.append(str(Path(__file__).parents[3]))
    from tests.mutants.mutant import Instead

    module, text = json.loads(Path(told).read_text())
    sys.meta_path.insert(0, Instead({module: text}.get))
