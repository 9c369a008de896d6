"""Frames -> context crops in one random-access store.

In: sequences. Out: a folder with all crops in one file (``crops.u8``, raw uint8 ``(N, P, P, 3)`` RGB, read by memory
map; or ``crops.jpg``, one JPEG after the other), ``index.parquet`` (one row per crop: sequence, frame, box in crop
pixels, source image, checksum) and ``manifest.json``. One crop serves as exemplar and as search image: its scale is the
network's, its side leaves the margin that augmentation needs.

Reading order: cut -> select -> source -> plan -> stored, block -> unfinished, ahead -> build; store reads.
"""
