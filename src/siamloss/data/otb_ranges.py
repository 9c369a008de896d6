"""Which images of OTB's folders are annotated; apart from the reader, whose code concerns OTB datasets only."""

FRAME_RANGES = {
    "David": (300, 770),
    "Football1": (1, 74),
    "Freeman3": (1, 460),
    "Freeman4": (1, 283),
    "Diving": (1, 215),
}
"""First and last annotated image, 1-based, of the sequences whose folders hold more images than annotations.

Source: OTB toolkit, ``configSeqs.m``. (Tiger1 is annotated from image 1; OTB's results start at image 6.)
"""
