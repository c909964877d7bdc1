"""PyTorch's side of the benchmark: reads a job, then one JSON command a line from stdin, and answers each with a line.

{"do": "step", "index": k}      one whole step on inputs k:         {"seconds", "cpuSeconds", "losses"}
{"do": "features", "index": k}  the teachers' features of inputs k: {"seconds", "cpuSeconds", "checksum"}
{"do": "status"}                                                    {"peakMemoryBytes", "liveTensors"}
"""

import json
import resource
import sys
import time

import torch
from safetensors import safe_open

from golden import tree
from network import MODALITIES, Inputs, Temperatures, Xkd
from training import Schedule, Trainer


def main() -> None:
    with open(sys.argv[1], encoding="utf8") as file:
        job = tree(json.load(file))
    torch.set_num_threads(job.threads)
    torch.set_num_interop_threads(1)
    started = time.perf_counter()
    device = choose_device(job.device)
    network = load_network(job, device)
    load_seconds = time.perf_counter() - started
    inputs = load_inputs(job)
    trainer = Trainer(network, job.precision)
    temperatures = Temperatures(
        job.schedule.temperatures.student,
        job.schedule.temperatures.videoTeacher,
        job.schedule.temperatures.audioTeacher,
    )
    schedule = Schedule(job.schedule.learningRate, job.schedule.emaMomentum, temperatures)
    answer(
        {
            "version": torch.__version__,
            "device": job.device,
            "threads": torch.get_num_threads(),
            "loadSeconds": load_seconds,
        }
    )
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "status":
            answer({"peakMemoryBytes": peak_memory_bytes(), "liveTensors": None})
            continue
        chosen = inputs[command["index"] % len(inputs)]
        started, cpu_started = time.perf_counter(), time.process_time()
        # Inputs come from the processor's memory in each step, as from a loader.
        placed = chosen.to(device)
        if command["do"] == "step":
            result = {"losses": trainer.step(placed, schedule)}
        else:
            result = {"checksum": teacher_features(trainer, placed)}
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        answer({"seconds": seconds, "cpuSeconds": cpu_seconds, **result})


def choose_device(name: str) -> torch.device:
    """Where TensorFlow computes; PyTorch has to do so, too."""
    if name == "gpu" and not torch.cuda.is_available():
        raise SystemExit("PyTorch finds no GPU here, where TensorFlow computes on one; XKD_DEVICE=cpu compares both on the CPU")
    return torch.device("cuda" if name == "gpu" else "cpu")


def load_network(job, device: torch.device) -> Xkd:
    """The network with the weights of the file, without the time that drawing fresh ones would take."""
    with torch.device("meta"):
        network = Xkd(job.config)
    network.to_empty(device=device)
    with safe_open(job.weightsFile, "pt") as weights, torch.no_grad():
        for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
            tensor.copy_(weights.get_tensor(name))
    return network


def load_inputs(job) -> list[Inputs]:
    with safe_open(job.inputsFile, "pt") as file:
        names = file.keys()

        def views(step: int, kind: str) -> list[torch.Tensor]:
            count = sum(name.startswith(f"step{step}.{kind}.") for name in names)
            return [file.get_tensor(f"step{step}.{kind}.{i}").clone() for i in range(count)]

        return [
            Inputs(
                {"video": views(step, "frames"), "audio": views(step, "specs")},
                {m: file.get_tensor(f"step{step}.noise.{m}").clone() for m in MODALITIES},
            )
            for step in range(job.inputs)
        ]


@torch.inference_mode()
def teacher_features(trainer: Trainer, inputs: Inputs) -> float:
    """Features of the global views of both modalities; their sum of squares proves that they were computed."""
    with trainer.autocast():
        features = [trainer.network.features(inputs.views[m][0], m, "teacher") for m in MODALITIES]
    return sum(each.float().square().sum().item() for each in features)


def peak_memory_bytes() -> int:
    try:
        # Unlike ru_maxrss, this is not what the process that started us had taken.
        with open("/proc/self/status", encoding="utf8") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def answer(message: dict) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
