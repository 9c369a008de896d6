"""Hashes, manifests, code fingerprints and atomic writes: how a file is known to be whole and current."""
