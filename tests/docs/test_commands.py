"""Every command of the docs runs, every snippet too: in a copy of the repository with small data."""

import pytest
from tests.docs.blocks import Block, Command, blocks_of, commands, pages
from tests.docs.clone import Clone
from tests.docs.standins import STAND_INS
from tests.unit.data.fetch.server import Server

pytestmark = pytest.mark.docs
STOOD_IN = 37


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    with Server() as server:
        yield Clone(tmp_path_factory.mktemp("clone"), server)
        server.shutdown()


def steps() -> list[Command | Block]:
    """What a reader does, in order: save a file, run a command, run a snippet."""
    runnable = {(command.page, command.line): command for command in commands()}
    found = []
    for page in pages():
        here = [block for block in blocks_of(page) if block.title or block.language == "python"]
        here += [command for (where, _), command in runnable.items() if where == page]
        found += sorted(here, key=lambda step: step.line)
    return found


@pytest.mark.parametrize("step", steps(), ids=str)
def test_it_works_as_written(step, clone):
    if isinstance(step, Block):
        if step.title:
            clone.save(step)
        else:
            (clone.folder / "snippet.py").write_text(step.text)
            clone.must("PYTHONPATH=.:$PYTHONPATH python snippet.py")
        return
    instead = STAND_INS.get(step.text)
    clone.must(instead.runs.format(step.text) if instead else step.text)


def test_nothing_is_left_out_in_silence(capsys):
    texts = [command.text for command in commands()]
    stood_in = [text for text in texts if text in STAND_INS]
    with capsys.disabled():
        print(
            f"\n{len(texts)} commands: {len(texts) - len(stood_in)} as they are written, {len(stood_in)} by a stand-in:"
        )
        for text in stood_in:
            print(f"  {text}\n    -> {STAND_INS[text].runs.format('(the same)')}: {STAND_INS[text].why}")
    assert len(stood_in) == STOOD_IN, "a stand-in more or less: change the number and say so"
    assert set(STAND_INS) <= set(texts), f"no longer in the docs: {set(STAND_INS) - set(texts)}"
    assert all(stand_in.runs.strip() and stand_in.why for stand_in in STAND_INS.values())
