"""Scores of a VOT workspace by vot-toolkit itself, as JSON on the last line of the output.

Run by another interpreter, one that has vot-toolkit (GPL): python vot_toolkit_scores.py WORKSPACE...
Of each workspace: what every analysis of its stack gives for each tracker, without the real-time experiments.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from vot.analysis import AnalysisProcessor
from vot.utilities.data import Grid
from vot.workspace import Workspace


def plain(value):
    """Numbers and lists only."""
    if isinstance(value, Grid):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return [plain(item) for item in value] if getattr(value, "ndim", 1) else float(value)
    return value if value is None or isinstance(value, str) else float(value)


def score(folder):
    """Scores of one workspace: experiment, analysis, tracker."""
    workspace = Workspace.load(folder)
    trackers = workspace.list_results(workspace.registry)
    scores = {}
    with ThreadPoolExecutor(1) as executor, AnalysisProcessor(executor, {}) as processor:
        for name in {"baseline", "unsupervised"} & set(workspace.stack.experiments):
            experiment = workspace.stack.experiments[name]
            sequences = experiment.transform(list(workspace.dataset))
            for analysis in experiment.analyses:
                key = f"{name} {type(analysis).__name__}"
                for tracker in trackers:
                    grid = processor.run(analysis, experiment, [tracker], sequences)
                    scores.setdefault(key, {})[tracker.reference] = plain(grid)
    return scores


if __name__ == "__main__":
    print(json.dumps({folder: score(folder) for folder in sys.argv[1:]}))
