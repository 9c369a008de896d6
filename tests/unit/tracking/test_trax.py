"""The TraX server, spoken to over pipes, by hand and by the VOT toolkit itself."""

import io
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from tests.conformance.test_vot_toolkit import PYTHON as VOT_PYTHON

from siamloss.data.open import open_dataset
from siamloss.errors import ProtocolError, UnreadableImageError
from siamloss.records import Status
from siamloss.tracking import trax
from siamloss.tracking.multistart import multistart, parse_run, place_anchors
from siamloss.tracking.protocols import one_pass, repeated, supervised
from siamloss.tracking.tracker import NeverMoves

SERVE_STILL = "from siamloss.tracking import trax, tracker; trax.serve(tracker.NeverMoves(), 'never-moves')"
SERVE_SIAMFC = """
from siamloss.config import ModelConfig, TrackConfig
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.tracking.siamfc import SiamFCTracker
from siamloss.tracking import trax
print("loading", end="")
model = build_model(ModelConfig("small", 0.25), seed=0).eval()
trax.serve(SiamFCTracker(model, TrackConfig(), GEOMETRY["small"]))
"""


@pytest.fixture(scope="module")
def sequence(tiny):
    return next(open_dataset(tiny, dataset)[0] for dataset in tiny.datasets.test if dataset.format == "vot")


class Client:
    """One server process and the lines to and from it."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def ask(self, *message):
        if message:
            self.process.stdin.write(trax.write_message(*message))
            self.process.stdin.flush()
        for line in self.process.stdout:
            if (answer := trax.read_message(line)) is not None:
                return answer
        return None

    def close(self):
        """Exit code and errors after the end of the input."""
        errors = self.process.communicate(timeout=60)[1]
        return self.process.returncode, errors


def address(sequence, frame):
    return f"file://{sequence.frame_paths[frame].resolve()}"


def region(values):
    return ",".join(f"{value:.4f}" for value in values)


def track_over_pipes(program, sequence):
    client = Client(program)
    name, formats = client.ask()
    assert (name, formats[0]) == ("hello", "trax.version=1")
    answers = [client.ask("initialize", address(sequence, 0), region(sequence.boxes[0]))]
    answers += [client.ask("frame", address(sequence, frame)) for frame in range(1, len(sequence))]
    client.process.stdin.write(trax.write_message("quit"))
    assert client.close()[0] == 0
    assert {answer[0] for answer in answers} == {"state"}
    return np.array([[float(value) for value in answer[1][0].split(",")] for answer in answers])


def test_never_moves_over_pipes(sequence):
    boxes = track_over_pipes(SERVE_STILL, sequence)
    np.testing.assert_allclose(boxes, np.tile(sequence.boxes[0], (len(sequence), 1)), atol=1e-4)


def test_siamfc_over_pipes_tracks_as_in_the_process(sequence):
    from siamloss.config import ModelConfig, TrackConfig
    from siamloss.geometry.network import GEOMETRY
    from siamloss.model import build_model
    from siamloss.tracking.siamfc import SiamFCTracker

    model = build_model(ModelConfig("small", 0.25), seed=0).eval()
    expected = one_pass(SiamFCTracker(model, TrackConfig(), GEOMETRY["small"]), sequence)
    # The region is sent with four decimals, so the start differs by half of the last.
    np.testing.assert_allclose(
        track_over_pipes(SERVE_SIAMFC, sequence), expected[["x", "y", "w", "h"]].to_numpy(), atol=5e-3
    )


def test_a_client_that_hangs_up_ends_the_server():
    client = Client(SERVE_STILL)
    client.ask()
    assert client.close() == (0, "")


def test_a_new_initialize_starts_again_and_chatter_is_ignored(sequence):
    client = Client(SERVE_STILL)
    client.ask()
    for box in ([1.0, 2, 30, 40], [5.0, 6, 10, 20]):
        client.process.stdin.write("good morning\n")
        client.ask("initialize", address(sequence, 0), region(box))
        assert client.ask("frame", address(sequence, 1))[1][0] == region(box)
    assert client.close()[0] == 0


def test_a_missing_image_is_told_to_the_client(tmp_path):
    client = Client(SERVE_STILL)
    client.ask()
    name, (reason,) = client.ask("initialize", f"file://{tmp_path}/none.jpg", "1,2,3,4")
    assert (name, reason.split("=")[0]) == ("quit", "trax.reason")
    assert "cannot read" in reason
    code, errors = client.close()
    assert code != 0
    assert UnreadableImageError.__name__ in errors


def serve_text(*lines):
    """What the server answers to lines, without a process."""
    outgoing = io.StringIO()
    trax.serve(NeverMoves(), incoming=io.StringIO("".join(lines)), outgoing=outgoing)
    return outgoing.getvalue()


@pytest.mark.parametrize(
    "message",
    [
        ("frame", "file:///a.jpg"),
        ("initialize", "file:///a.jpg"),
        ("initialize", "file:///a.jpg", "1,2,3"),
        ("initialize", "file:///a.jpg", "1,2,x,4"),
        ("initialize", "file:///a.jpg", "1,2,nan,4"),
        ("initialize", "http://a.jpg", "1,2,3,4"),
        ("dance",),
    ],
)
def test_what_is_no_allowed_message_is_refused(message):
    with pytest.raises(ProtocolError, match="; send "):
        serve_text(trax.write_message(*message))


def test_nothing_is_answered_after_quit():
    assert serve_text(trax.write_message("quit"), trax.write_message("dance")).count(trax.PREFIX) == 1


@pytest.mark.parametrize("text", ["plain", 'two "words"', "back\\slash\\n", "line\nbreak", "", "a=b c"])
def test_arguments_survive_quoting(text):
    assert trax.read_message(trax.write_message("state", text, "end")) == ("state", [text, "end"])


def test_regions_of_four_corners_become_the_box_of_the_reader(sequence):
    np.testing.assert_allclose(trax.parse_region(region(sequence.polygons[0])), sequence.boxes[0], atol=1e-3)
    assert trax.parse_region("0,0,4,1,2,8").tolist() == [0, 0, 4, 8]
    assert trax.parse_region("1,2,3,4").tolist() == [1, 2, 3, 4]


def evaluate_in_toolkit(python, folder, sequence, stack, experiment):
    """Result files by name of an experiment that the VOT toolkit runs over our server."""
    root = folder / "sequences" / sequence.name
    shutil.copytree(sequence.frame_paths[0].parents[1], root)
    (root / "sequence").write_text(f"name={sequence.name}\nfps=30\nformat=default\nchannels.color=color/%08d.jpg\n")
    (root / "anchor.value").write_text("".join(f"{value}\n" for value in place_anchors(sequence.visible)))
    (folder / "sequences" / "list.txt").write_text(f"{sequence.name}\n")
    (folder / "config.yaml").write_text(f"registry: [./trackers.ini]\nstack: {stack}\nsequences: sequences\n")
    command = f'{sys.executable} -c "{SERVE_STILL}"'
    (folder / "trackers.ini").write_text(f"[still]\nprotocol = trax\ncommand = {command}\n")
    done = subprocess.run(
        [str(python), "-m", "vot", "evaluate", "--workspace", ".", "--experiments", experiment, "still"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env=os.environ | {"VOT_RESULTS_BINARY": "0"},
    )
    results = folder / "results" / "still" / experiment / sequence.name
    assert results.is_dir(), done.stdout[-1500:] + done.stderr[-1500:]
    return {path.stem: path.read_text().splitlines() for path in results.glob("*.txt")}


CODES = {"1": Status.INIT, "2": Status.FAILURE, "0": Status.SKIPPED}


def assert_same_run(lines, records):
    """Codes and boxes of a result file are those of our records, but for float32."""
    assert [CODES.get(line, Status.TRACKED) for line in lines] == records["status"].tolist()
    tracked = records["status"] == Status.TRACKED
    boxes = [[float(value) for value in line.split(",")] for line in lines if line not in CODES]
    np.testing.assert_allclose(boxes, records.loc[tracked, ["x", "y", "w", "h"]].to_numpy(), atol=2e-3)


def test_the_vot_toolkit_runs_it_without_reset(sequence, tmp_path):
    """The other two experiments of vot-toolkit 0.9.0 stop in the toolkit before they reach any TraX tracker."""
    if not VOT_PYTHON.is_file():
        pytest.skip(
            f"vot-toolkit's interpreter is not at {VOT_PYTHON}; run make vot-toolkit or set SIAMLOSS_VOT_PYTHON"
        )
    files = evaluate_in_toolkit(VOT_PYTHON, tmp_path, sequence, "vot2018/shortterm", "unsupervised")
    assert_same_run(files[f"{sequence.name}_001"], one_pass(NeverMoves(), sequence))


@pytest.mark.skipif(
    not os.environ.get("SIAMLOSS_VOT_RUN_PYTHON"),
    reason="needs an interpreter with vot-toolkit 0.7.3 in SIAMLOSS_VOT_RUN_PYTHON",
)
@pytest.mark.parametrize("stack", ["vot2018/shortterm", "vot2020/shortterm"])
def test_the_vot_toolkit_runs_its_baselines(sequence, tmp_path, stack):
    """vot-toolkit 0.7.3: failures, resets, repetitions, anchors and directions are those of our own protocols."""
    python = os.environ["SIAMLOSS_VOT_RUN_PYTHON"]
    files = evaluate_in_toolkit(python, tmp_path, sequence, stack, "baseline")
    if stack.startswith("vot2018"):
        tables = repeated(supervised, NeverMoves, sequence)
        assert sorted(files) == [f"{sequence.name}_{number:03d}" for number in range(1, len(tables) + 1)]
        assert_same_run(files[f"{sequence.name}_001"], tables[0])
    else:
        runs = {parse_run(name): rows for name, rows in multistart(NeverMoves(), sequence).groupby("sequence")}
        assert sorted(files) == sorted(f"{sequence.name}_{run.anchor:08d}" for run in runs)
        for run, rows in runs.items():
            assert_same_run(files[f"{sequence.name}_{run.anchor:08d}"], rows)
