"""The engine beside the original and torchvision, in turns on this machine: bench_peers.py FOLDER [--rounds N]

FOLDER holds an environment of each peer, made here where it is missing: mrcnn 0.2 with TensorFlow 1.15.5 and Keras
2.2.5 (by a Python 3.7, `--python37`), and torchvision's Mask R-CNN R50-FPN. What cannot be made is said. ResNet-50, 512
pixels square, 1,000 proposals: one photo, and a training step of two photos with all layers. Every figure is the
cheapest in all rounds, in CPU seconds; a ratio above 1 says how much cheaper ours is.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CASES = ("R50@512 square", "train R50@512 square")
PACKAGES = {
    "original": (
        "tensorflow==1.15.5", "keras==2.2.5", "h5py<3", "protobuf<3.21", "numpy<1.19", "scipy<1.6",
        "scikit-image==0.16.2", "mrcnn==0.2",
    ),
    "torchvision": ("torch==2.14.1", "torchvision==0.29.1"),
}  # fmt: skip
GOAL = {"original": 1.4, "torchvision": 1.0}


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--times", type=int, default=3, help="runs in each process, after the first that compiles")
    parser.add_argument("--python37", default=str(Path.home() / ".pyenv/versions/3.7.16/bin/python"))
    given = parser.parse_args()
    pythons = {"original": given.python37, "torchvision": sys.executable}
    peers = {name: python for name in PACKAGES if (python := made(name, given.folder / name, pythons[name]))}
    print(f"load {os.getloadavg()[0]:.1f}, goals {GOAL}")
    for case in CASES:
        found: dict[str, list[float]] = {}
        for _ in range(given.rounds):
            commands = {"ours": [sys.executable, str(HERE / "bench_engine.py"), case]}
            commands |= {
                name: [str(python), str(HERE / f"peer_{name}.py"), case, str(given.times)]
                for name, python in peers.items()
            }
            for name, command in commands.items():
                if seconds := cpu_seconds(command):
                    found.setdefault(name, []).append(seconds)
        best = {name: min(each) for name, each in found.items()}
        ours = best.get("ours")
        said = [f"{name} {cpu:.2f} CPU s{ratio(cpu, ours) if name != 'ours' else ''}" for name, cpu in best.items()]
        print(f"{case}: {', '.join(said)}", flush=True)


def ratio(peer: float, ours: float | None) -> str:
    """How much cheaper ours is."""
    return f" ({peer / ours:.2f}×)" if ours else ""


def made(name: str, folder: Path, python: str) -> Path | None:
    """The Python of a peer's environment; None, and the reason is printed, where it cannot be had."""
    own = folder / "bin" / "python"
    if (folder / "ready").is_file():
        return own
    try:
        subprocess.run([python, "-m", "venv", str(folder)], check=True, capture_output=True, text=True)
        subprocess.run([str(own), "-m", "pip", "install", *PACKAGES[name]], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        print(f"{name} could not be made: {lines[-1] if lines else error}")
        return None
    (folder / "ready").touch()
    return own


def cpu_seconds(command: list[str]) -> float:
    """What a process says its case took; 0.0, and the reason is printed, where it failed."""
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        print(f"{' '.join(command)} failed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
        return 0.0
    return float(json.loads(lines[-1])["cpu"])


if __name__ == "__main__":
    main()
