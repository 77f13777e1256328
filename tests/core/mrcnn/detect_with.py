"""What does the backend of this process find, and how does it learn? python detect_with.py WEIGHTS OUT.npz

Uses the drawn samples. KERAS_BACKEND chooses the backend, PYTHONPATH must lead to the checkout.
"""

import sys

import numpy as np
from drawings import drawn_sample

from cardamage_core.mrcnn import MaskRCNN, TrainStep


def main(weights: str, out: str) -> None:
    """Detect on two photos and take one step; write what came of it."""
    samples = [drawn_sample(number) for number in range(2)]
    model = MaskRCNN.open(weights)
    found = {}
    for i, one in enumerate(model.predict([sample.image for sample in samples], min_score=0.0)):
        found |= {f"{name}{i}": getattr(one, name) for name in ("boxes", "class_ids", "scores", "masks")}
    losses = TrainStep(model, seed=3).step(samples)
    found["losses"] = [losses[name] for name in sorted(losses)]
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
