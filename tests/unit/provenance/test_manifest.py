"""Manifests and hashes."""

import pytest

from siamloss.errors import CorruptError
from siamloss.provenance.hashing import canonical_json, short_hash
from siamloss.provenance.manifest import verify_manifest, write_manifest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.bin").write_bytes(b"aaaa")
    (tmp_path / "sub" / "b.bin").write_bytes(b"bbbb")
    write_manifest(tmp_path, kind="test")
    return tmp_path


def test_whole_folder_verifies(folder):
    manifest = verify_manifest(folder)
    assert manifest["kind"] == "test"
    assert sorted(manifest["files"]) == ["a.bin", "sub/b.bin"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda root: (root / "sub" / "b.bin").write_bytes(b"bbbc"), "sha256 differs"),
        (lambda root: (root / "a.bin").write_bytes(b"aaa"), "3 bytes instead of 4"),
        (lambda root: (root / "a.bin").unlink(), "is missing"),
        (lambda root: (root / "manifest.json").write_text("{"), "not valid JSON"),
        (lambda root: (root / "manifest.json").unlink(), "is missing"),
    ],
)
def test_damage_is_named(folder, damage, message):
    damage(folder)
    with pytest.raises(CorruptError, match=message):
        verify_manifest(folder)


def test_equal_values_have_equal_text_whatever_their_order():
    assert canonical_json({"b": 1, "a": (2, 3)}) == '{"a":[2,3],"b":1}'
    assert short_hash({"b": 1, "a": 2}) == short_hash({"a": 2, "b": 1})
    assert short_hash(1) != short_hash(2)


@pytest.mark.parametrize(
    ("facts", "remedy"),
    [
        ({"source": "otb100"}, "siamloss fetch otb100"),
        ({"kind": "copy"}, "restore it from its source"),
        ({"drawn": {"seed": 0}}, "run 'siamloss draw' again with the settings under 'drawn' in its manifest.json, or"),
        ({}, "run snakemake again to rebuild it"),
    ],
)
def test_what_to_do_depends_on_who_made_the_folder(folder, facts, remedy):
    write_manifest(folder, **facts)
    (folder / "a.bin").write_bytes(b"aaab")
    with pytest.raises(CorruptError, match=remedy):
        verify_manifest(folder)
