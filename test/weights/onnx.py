"""Runs an ONNX model on views in a file of 32-bit floats: FOLDER-OF-PACKAGES MODEL VIEWS SHAPE OUT."""
import sys

sys.path.insert(0, sys.argv[1])
import numpy
import onnxruntime

model, views, shape, out = sys.argv[2:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
given = numpy.fromfile(views, "<f4").reshape([int(size) for size in shape.split("x")])
(features,) = session.run(None, {"view": given})
features.astype("<f4").tofile(out)
print(session.get_inputs()[0].shape, list(features.shape))
