"""Files on disk -> :class:`~siamloss.data.sequence.Sequence`: frames, boxes, visibility, polygons, attributes.

In: a dataset folder in OTB, VOT or GOT-10k layout. Out: sequences with float64 0-based boxes and RGB uint8 frames.
The synthetic generator (:mod:`siamloss.data.synthetic`) writes the same layouts.
"""
