"""Frames -> context crops in one random-access store.

In: sequences. Out: a folder with ``crops.u8`` (raw uint8 ``(N, P, P, 3)`` RGB, read by memory map), ``index.parquet``
(one row per crop: sequence, frame) and ``manifest.json``. One crop serves as exemplar and as search image: its scale
is the network's, its side leaves the margin that augmentation needs.
"""
