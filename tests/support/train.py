"""Train one attempt of a solution, as the learner would: ``train.py CATEGORY_FOLDER QUESTION FUNCTION``.

The category's folder holds ``starter.py``, whose given parts the solution imports, and ``data/``. The model is saved
as ``mymodel.h5`` there; the training seconds are printed as JSON on the last line.
"""

import importlib
import json
import sys
import time
from pathlib import Path


def main(category: Path, question: str, function: str) -> None:
    """Train, save, and print the seconds of wall clock and CPU that building and training took."""
    sys.path[:0] = [str(category), str(Path(__file__).parents[1] / "solutions")]
    solution = importlib.import_module(question)
    wall, cpu = time.monotonic(), time.process_time()
    model = getattr(solution, function)()
    seconds = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}
    model.save(category / "mymodel.h5")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
