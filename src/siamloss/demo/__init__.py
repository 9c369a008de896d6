"""A video, a box and one or two runs -> an annotated video and a table: what tracking looks like.

In: frames RGB uint8 ``(H, W, 3)`` of a video file, an image folder or a camera; the target's box in the first one
(x, y, w, h px, 0-based), given or drawn by the user; trackers. Out: ``tracked.mp4`` with the frame, the box, the search
window and the score map of every tracker, one row each; ``tracked.csv`` with a row per tracker and frame: tracker,
frame (0-based), x, y, w, h (px of the frame as it was read), score (raw peak; 0 on the first frame), seconds (of the
tracker alone).

Reading order: video -> layout -> draw -> write -> follow -> choose -> run.
"""
