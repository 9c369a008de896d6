"""The verb as a user meets it: one line at the end, one line per mistake, Ctrl-C that can be continued."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from tests.unit.data.fetch.archives import otb_zip
from tests.unit.data.fetch.server import Fault

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def catalogue(server, tmp_path):
    server.put("/Boy.zip", otb_zip("Boy", frames=40))
    sources = {
        "tiny": {
            "kind": "archives",
            "layout": "otb",
            "path": "tiny",
            "licence": "free",
            "urls": [server.url("/{name}.zip")],
            "names": ["Boy"],
        },
        "far": {"kind": "manual", "layout": "got10k", "path": "far", "licence": "?", "how_to_get": "ask the moon"},
    }
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump(sources))
    return path


def command(*arguments):
    return [sys.executable, "-m", "siamloss.cli", "fetch", *map(str, arguments)]


def siamloss(*arguments, **options):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, **options)


def test_fetch_ends_in_one_line_and_the_list_says_so(catalogue, tmp_path):
    where = ("--root", tmp_path / "data", "--catalogue", catalogue)
    before = siamloss("--list", *where).stdout.splitlines()
    assert [line.split()[0] for line in before] == ["far", "tiny"]
    assert all("absent" in line for line in before)
    assert not (tmp_path / "data").exists()
    result = siamloss("tiny", *where)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    assert "1 archives new, 0 in place before; 42 files" in result.stdout
    assert "licence: free" in result.stdout
    assert "fetched" in siamloss("--list", *where).stdout.splitlines()[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("far",), ["MissingDataError", "ask the moon"]),
        (("tinny",), ["UnknownNameError", "did you mean 'tiny'"]),
        ((), ["ConfigError", "--list shows all"]),
        (("tiny", "--url", "http://127.0.0.1/x.zip"), ["ConfigError", "has no {name}"]),
        (("tiny", "--sequences", "Boi"), ["UnknownNameError", "did you mean 'Boy'"]),
        (("far", "--archive", "nowhere.zip"), ["MissingDataError", "no archive at nowhere.zip"]),
        (("tiny", "--jobs", "0"), ["UsageError"]),
    ],
)
def test_mistakes_end_in_one_line_and_write_nothing(catalogue, tmp_path, arguments, words):
    result = siamloss(*arguments, "--root", tmp_path / "data", "--catalogue", catalogue)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words), result.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("root", ["/dev/null", "/dev/null/below"])
def test_a_root_that_cannot_be_a_folder_ends_in_one_line(catalogue, root):
    result = siamloss("tiny", "--root", root, "--catalogue", catalogue)
    assert result.returncode == 2
    assert result.stderr.startswith(f"siamloss: ConfigError: cannot write in {root}")
    assert result.stderr.count("\n") == 1


def test_a_download_that_fails_for_good_ends_in_one_line(catalogue, server, tmp_path):
    server.files.clear()
    result = siamloss("tiny", "--root", tmp_path / "data", "--catalogue", catalogue)
    assert result.returncode == 2
    assert result.stderr.startswith("siamloss: DownloadError: cannot fetch Boy.zip")
    assert result.stderr.count("\n") == 1


def test_ctrl_c_leaves_what_the_next_call_continues(catalogue, server, tmp_path):
    half = len(server.files["/Boy.zip"].body) // 2
    server.files["/Boy.zip"].faults = [Fault(cut=half, stall_s=2.0)]
    arguments = ("tiny", "--root", tmp_path / "data", "--catalogue", catalogue)

    def heed():
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    started = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    part = tmp_path / "data" / ".downloads" / "tiny" / "Boy.zip.part"
    give_up = time.monotonic() + 30
    while not (part.is_file() and part.stat().st_size == half) and time.monotonic() < give_up:
        time.sleep(0.01)
    os.kill(started.pid, signal.SIGINT)
    said = started.communicate(timeout=30)[1]
    assert started.returncode == 130
    assert said == "siamloss: Interrupted: run the same command again to continue\n"
    assert part.stat().st_size >= half
    assert not (tmp_path / "data" / "tiny").exists()
    here = part.stat().st_size
    assert siamloss(*arguments).returncode == 0
    assert server.asked("/Boy.zip")[1:] in ([f"bytes={here}-"], [])


def test_help_and_the_list_load_no_http_library(catalogue, tmp_path):
    code = (
        "import sys; from pathlib import Path; from siamloss import cli;"
        "from siamloss.data.fetch.listing import list_sources;"
        f"list(list_sources(Path('x'), Path({str(catalogue)!r})));"
        "assert not {'requests', 'torch', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_http_library_the_error_has_a_name(catalogue, tmp_path):
    code = "import sys; sys.modules['requests'] = None; from siamloss.cli import main; sys.argv[0] = 'siamloss'; main()"
    arguments = ("fetch", "tiny", "--root", tmp_path / "data", "--catalogue", catalogue)
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 2
    assert result.stderr == "siamloss: ConfigError: fetching needs the package 'requests'; install 'siamloss[suite]'\n"
