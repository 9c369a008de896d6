"""What losses share: cells of both classes, moments, extremes, pairs, and the mean over the maps of the global batch.

Nothing is imported here, so that a loss depends on the files it uses and on no other.
"""
