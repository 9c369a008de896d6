"""Crop store -> training pairs.

In: a :class:`~siamloss.crops.store.CropStore`. Out: exemplars ``(B, 3, E, E)`` and searches ``(B, 3, S, S)``, float32
RGB in 0..255, and the label map ``(1, 1, H, W)`` in {+1, -1}. Pair i of epoch e of seed s is a pure function of (s, e,
i): it depends on nothing else, not on workers, batches, resuming, or the loss.
"""
