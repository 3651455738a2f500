"""One library with one number of threads, in a process of its own that stays.

Reads a job as a line of JSON, answers with the seconds of one run. Imports, models and data are
prepared once a job, and not counted.
"""

from __future__ import annotations

import importlib
import json
import sys

from jobs import Job


def main() -> None:
    """Serve until the input ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is not an answer
    module, threads = importlib.import_module(sys.argv[1]), int(sys.argv[2])

    def answer(value: object) -> None:
        print(json.dumps(value), file=answers, flush=True)

    answer(module.version())
    prepared, run = None, None
    for line in sys.stdin:
        asked = json.loads(line)
        if asked == "product rate":
            answer(module.product_rate(threads))
            continue
        if asked != prepared:
            prepared, run = asked, module.prepare(Job(**asked), threads)
        answer(run() if run is not None else None)


main()
