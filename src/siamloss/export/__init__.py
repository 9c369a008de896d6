"""Run directory -> a folder that tracks without PyTorch.

In: a run directory. Out: ``exemplar.onnx``, ``search.onnx``, ``tracker.json`` (the constants of a tracker) and a
manifest; they appear together, after onnxruntime has given PyTorch's score maps. Images are RGB float32 0..255.

The packages onnx and onnxruntime are needed here and nowhere else; they are imported when an export begins.
"""
