"""Is a dataset sound? In: a folder and its format. Out: findings, each with a level, a code, a sequence and a frame.

``boxes`` looks at annotations, ``frames`` decodes images, ``repeats`` finds the same frame twice, ``overlap`` the same
scene in two datasets, ``sheet`` draws the first frames; ``run`` does it all. docs/datasets.md says how to read it.
"""
