"""Pairs + model + loss -> run directory.

Out: ``weights.safetensors`` (the last epoch's), ``curve.jsonl`` (one line per epoch: every term on training and
validation pairs, and the validation centre error), ``run.json`` (facts: variant, seed, versions, device, speed).
"""
