"""torchvision's Mask R-CNN R50-FPN: CPU seconds of a case, as JSON. Run by bench_peers.py in its own environment."""

import sys

import numpy as np
import torch
from peer_timing import tell
from torchvision.models.detection import maskrcnn_resnet50_fpn


def photo(number):
    """As bench_engine's, 512 pixels square, 0…1."""
    coarse = np.random.default_rng(number).integers(0, 255, (16, 16, 3))
    return torch.from_numpy(np.kron(coarse, np.ones((32, 32, 1))).astype(np.float32) / 255).permute(2, 0, 1)


def work():
    """What is measured: a photo with 1,000 proposals and up to 100 detections, or a step of two photos."""
    torch.manual_seed(0)
    model = maskrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, num_classes=2, min_size=512, max_size=512, box_score_thresh=0.0,
        rpn_post_nms_top_n_test=1000, trainable_backbone_layers=5,
    )  # fmt: skip
    if not sys.argv[1].startswith("train"):
        model.eval()
        return lambda: detected(model)
    model.train()
    mask = torch.zeros(1, 512, 512, dtype=torch.uint8)
    mask[0, 100:300, 100:300] = 1
    goal = {"boxes": torch.tensor([[100.0, 100, 300, 300]]), "labels": torch.ones(1, dtype=torch.int64), "masks": mask}
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)

    def step():
        loss = sum(model([photo(0), photo(1)], [goal, goal]).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def detected(model):
    """One photo."""
    with torch.inference_mode():
        return model([photo(0)])


tell(work(), int(sys.argv[2]))
