"""A run that is killed, terminated, crashes or finds its disk full, at any stage, ends with the same files after all.

``make test-faults`` takes 200 moments (``KILLS``), over all stages and kinds; conftest.py sums up where they hit.
"""

import os

import pytest
from tests.faults.small_dag import LAST, STAGES, SmallDag, moments, targets

pytestmark = pytest.mark.faults

KILLS, SEED = int(os.environ.get("KILLS", "20")), int(os.environ.get("SEED", "0"))
MOMENTS = list(moments(SEED, KILLS))
TRIES = 4
"""A moment after the end is tried again, earlier and with no byte left."""


@pytest.fixture(scope="module")
def dag(tmp_path_factory):
    dag = SmallDag(tmp_path_factory.mktemp("faults") / "project", tmp_path_factory.mktemp("states"))
    yield dag
    dag.close()


@pytest.mark.parametrize("number", range(KILLS))
def test_disturbed_anywhere_it_ends_with_the_same_files(dag, record_property, number):
    kind, stage, share, spare = MOMENTS[number]
    if kind == "full" and not dag.mounted:
        pytest.skip("a full disk needs root, who may mount a tmpfs")
    for attempt in range(TRIES):
        dag.restore(stage)
        ended = dag.disturb(kind, stage, share / 2**attempt, 0 if attempt else spare)
        if not ended.late:
            break
    assert not ended.late, "the run was over before it was disturbed"
    assert dag.hung <= max(1, KILLS // 50), "Snakemake hangs at more SIGTERMs than its own lock explains"
    record_property("hit", {"kind": f"{kind}, then kill" if ended.hung else kind, "verbs": list(ended.verbs)})
    last = targets(LAST[stage])
    said = dag.finish(*last)
    how = f"{kind} at {share:.2f} of {stage}, {spare} bytes left; SEED={SEED} KILLS={KILLS}, -k '[{number}]'"
    found = dag.digests()
    made = [name for other in list(STAGES)[: list(STAGES).index(LAST[stage]) + 1] for name in STAGES[other]]
    expected = {name: digest for name, digest in dag.products.items() if name in found or name.startswith(tuple(made))}
    differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    assert differing == [], f"{how}\n{said[-2000:]}"
    assert dag.leftovers() == [], how


def test_every_stage_is_among_the_moments():
    kinds = {(kind, stage) for kind, stage, _, _ in moments(0, 200)}
    assert len(kinds) == 4 * len(STAGES)
    assert {stage for _, stage, _, _ in moments(0, 20)} == set(STAGES)
