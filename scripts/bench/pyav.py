"""PyAV's side of the data benchmark: decodes windows of files, as a PyTorch data set would, and tells what each took.

Reads one job as JSON from stdin: windows (path, startSeconds), clipSeconds, framesPerSecond, shortSide, sampleRateHz.
"""

import json
import sys
import time

import av
import numpy as np


def decode_window(path, start, job):
    """Frames [T, H, W, 3] and samples of a window, from two passes with a seek each."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        container.seek(int(start / stream.time_base), stream=stream)
        count = round(job["clipSeconds"] * job["framesPerSecond"])
        wanted = [start + k / job["framesPerSecond"] for k in range(count)]
        width, height = stream.codec_context.width, stream.codec_context.height
        scale = job["shortSide"] / min(width, height)
        size = {"width": round(width * scale), "height": round(height * scale), "format": "rgb24"}
        frames = []
        shown = None
        for frame in container.decode(stream):
            while len(frames) < count and frame.time > wanted[len(frames)] and shown is not None:
                frames.append(shown.reformat(**size).to_ndarray())
            if len(frames) == count:
                break
            shown = frame
        while len(frames) < count:
            frames.append(shown.reformat(**size).to_ndarray())
        stream = container.streams.audio[0]
        container.seek(int(start / stream.time_base), stream=stream)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=job["sampleRateHz"])
        samples = []
        first = None
        for frame in container.decode(stream):
            if frame.time >= start + job["clipSeconds"]:
                break
            first = frame.time if first is None else first
            samples += [part.to_ndarray().reshape(-1) for part in resampler.resample(frame)]
        wave = np.concatenate(samples)[max(0, round((start - first) * job["sampleRateHz"])) :]
    return np.stack(frames), wave[: round(job["clipSeconds"] * job["sampleRateHz"])]


def main():
    job = json.load(sys.stdin)
    seconds, cpu_seconds, shapes = [], [], []
    for window in job["windows"]:
        wall, cpu = time.perf_counter(), time.process_time()
        frames, wave = decode_window(window["path"], window["startSeconds"], job)
        seconds.append(time.perf_counter() - wall)
        cpu_seconds.append(time.process_time() - cpu)
        shapes.append([list(frames.shape), len(wave)])
    print(json.dumps({"version": av.__version__, "seconds": seconds, "cpuSeconds": cpu_seconds, "shapes": shapes}))


main()
