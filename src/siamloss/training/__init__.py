"""Pairs + model + loss -> run directory.

Out: ``weights.safetensors`` (the last epoch's), ``curve.jsonl`` (one line per epoch: every term on training and
validation pairs, the validation centre error, and the spread of the scores inside a validation map),
``maps.safetensors`` (score maps after each epoch on fixed training and validation pairs), ``run.json`` (facts: variant,
seed, head, values used, whether it collapsed, versions, device, speed).
"""
