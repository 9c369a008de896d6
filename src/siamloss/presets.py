"""Ready-made settings of synthetic datasets."""

PRESETS = {
    "demo": {"sequences": 6, "frames": 50},
    "ablation": {"sequences": 24, "frames": 100},
    "stress": {"sequences": 12, "frames": 150, "difficulty": 1.6, "knobs": {"distractors": 5, "similarity": 0.9}},
}
"""Values by preset; what a dataset says itself goes before them."""
