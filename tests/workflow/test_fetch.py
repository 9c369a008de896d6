"""``snakemake fetch``: gets what a profile names, skips what is there, and names what needs the user."""

import shutil
import subprocess
import sys

import pytest
import yaml
from tests.unit.data.fetch.archives import otb_zip, put_vot
from tests.unit.data.fetch.server import Server
from tests.workflow.project import PROFILE, Project

from siamloss.provenance.manifest import verify_manifest


@pytest.fixture
def server():
    with Server() as server:
        yield server
        server.shutdown()


@pytest.fixture
def project(server, tmp_path):
    """A project with an OTB and a VOT benchmark to fetch, and one that needs the user."""
    project = Project(tmp_path)
    server.put("/Boy.zip", otb_zip("Boy"))
    boy = {"urls": [server.url("/{name}.zip")], "names": ["Boy"]}
    sources = {
        "tiny-otb-100": {"kind": "archives", "layout": "otb", "path": "otb", "licence": "free", **boy},
        "tiny-vot": {"kind": "vot-description", "layout": "vot", "path": "vot", "licence": "free"},
        "far": {"kind": "manual", "layout": "got10k", "path": "far", "licence": "?", "how_to_get": "ask the moon"},
    }
    sources["tiny-vot"]["urls"] = [put_vot(server, ("bag",))]
    (tmp_path / "config" / "sources.yaml").write_text(yaml.safe_dump(sources))
    sets = yaml.safe_load((tmp_path / "config" / "datasets.yaml").read_text())
    for name, source, layout in (("a", "tiny-otb-100", "otb"), ("b", "tiny-vot", "vot"), ("c", "far", "got10k")):
        path = sources[source]["path"]
        sets[name] = {"format": layout, "role": "test", "path": path, "source": source, "how_to_get": f"get {source}"}
    (tmp_path / "config" / "datasets.yaml").write_text(yaml.safe_dump(sets))
    project.write({**PROFILE, "datasets": {**PROFILE["datasets"], "test": ["a", "b", "c"]}})
    return project


def test_fetch_gets_all_it_can_and_names_the_rest(project, server):
    data = project.folder / "data"
    result = project.snakemake("fetch")
    assert result.returncode == 0, result.stderr
    assert "'far' cannot be fetched without you: ask the moon" in result.stderr
    assert "MissingDataError" not in result.stderr
    for name in ("otb", "vot"):
        verify_manifest(data / name)
    asked = len(server.requests)
    assert asked == 4
    again = project.snakemake("fetch")
    assert "Nothing to be done" in again.stdout + again.stderr
    run = project.snakemake()
    assert run.returncode != 0
    assert "dataset 'c' is not at data/far; get far" in run.stderr
    assert "dataset 'a'" not in run.stderr
    shutil.rmtree(data / "vot")
    assert project.snakemake("fetch").returncode == 0
    verify_manifest(data / "vot")
    assert {path for path, _, _ in server.requests[asked:]} == {"/vot2099/main/bag.zip", "/sequences/bag-uid.zip"}


def test_another_entry_of_the_catalogue_fetches_again_and_compares_what_is_there(project, server):
    assert project.snakemake("fetch").returncode == 0
    catalogue, folder = project.folder / "config" / "sources.yaml", project.folder / "data" / "otb"
    manifest, asked = (folder / "manifest.json").read_bytes(), len(server.requests)
    catalogue.write_text(catalogue.read_text().replace("how_to_get: ask", "how_to_get: go and ask"))
    assert "fetch_source" not in project.planned("fetch")
    catalogue.write_text(catalogue.read_text().replace("licence: free", "licence: CC BY 4.0", 1))
    assert project.planned("fetch")["fetch_source"] == 1
    (folder / "Boy" / "added.jpg").write_bytes(b"x")
    damaged = project.snakemake("fetch")
    assert damaged.returncode != 0
    assert "CorruptError: " in damaged.stderr
    assert "has files that came from no archive: Boy/added.jpg; remove them" in damaged.stderr
    assert (folder / "manifest.json").read_bytes() == manifest, "what is there stays known"
    (folder / "Boy" / "added.jpg").unlink()
    assert project.snakemake("fetch").returncode == 0
    verify_manifest(folder)
    assert b"CC BY 4.0" in (folder / "manifest.json").read_bytes()
    assert len(server.requests) == asked, "nothing was missing"
    assert "fetch_source" not in project.planned("fetch")
    (folder / "manifest.json").unlink()
    assert project.planned("fetch")["fetch_source"] == 1


def test_data_that_the_user_put_there_is_not_fetched(project, server):
    (project.folder / "data" / "otb" / "Boy").mkdir(parents=True)
    assert "fetch_source" in project.planned("fetch")
    assert project.planned("fetch")["fetch_source"] == 1
    shutil.rmtree(project.folder / "data")
    assert project.planned("fetch")["fetch_source"] == 2
    assert server.requests == []


def test_a_source_that_is_not_in_the_catalogue_stops_at_once(project):
    path = project.folder / "config" / "datasets.yaml"
    path.write_text(path.read_text().replace("source: tiny-vot", "source: tiny-vott"))
    command = [sys.executable, "-m", "snakemake", "-n", "fetch"]
    result = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 2
    assert "siamloss: UnknownNameError: unknown source 'tiny-vott'; did you mean 'tiny-vot'?" in result.stderr
    assert "Traceback" not in result.stderr
