"""Prints what TensorBoard's own reader finds in a folder, as JSON: numbers by step, and the size of pictures."""

import json
import sys

sys.path.insert(0, sys.argv[1])
from tensorboard.backend.event_processing import event_accumulator  # noqa: E402

events = event_accumulator.EventAccumulator(sys.argv[2], size_guidance={"scalars": 0, "images": 0})
events.Reload()
tags = events.Tags()
print(
    json.dumps(
        {
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {
                tag: [[e.step, e.width, e.height, e.encoded_image_string[:4].hex()] for e in events.Images(tag)]
                for tag in tags["images"]
            },
        }
    )
)
