"""The original, mrcnn 0.2 on TensorFlow 1.15: CPU seconds of a case, as JSON. Run by bench_peers.py, Python 3.7."""

import sys
import tempfile

import mrcnn.model
import mrcnn.utils
import numpy as np
from mrcnn.config import Config
from peer_timing import tell


class Numbers(Config):
    """ResNet-50, a square canvas of 512, detections at any score."""

    NAME, BACKBONE, NUM_CLASSES = "bench", "resnet50", 2
    IMAGE_MIN_DIM = IMAGE_MAX_DIM = 512
    DETECTION_MIN_CONFIDENCE = 0.0
    IMAGES_PER_GPU = 2 if sys.argv[1].startswith("train") else 1


class Photos(mrcnn.utils.Dataset):
    """Two photos with a square each."""

    def load_image(self, image_id):
        """The photo."""
        return photo(image_id)

    def load_mask(self, image_id):
        """Its mask and class."""
        mask = np.zeros((512, 512, 1), bool)
        mask[100:300, 100:300] = True
        return mask, np.ones(1, np.int32)


def photo(number):
    """As bench_engine's, 512 pixels square."""
    coarse = np.random.RandomState(number).randint(0, 255, (16, 16, 3))
    return np.kron(coarse, np.ones((32, 32, 1))).astype(np.uint8)


def work():
    """What is measured."""
    numbers = Numbers()
    if not sys.argv[1].startswith("train"):
        model = mrcnn.model.MaskRCNN("inference", numbers, tempfile.gettempdir())
        return lambda: model.detect([photo(0)])
    photos = Photos()
    photos.add_class("bench", 1, "damage")
    for number in range(2):
        photos.add_image("bench", number, None)
    photos.prepare()
    model = mrcnn.model.MaskRCNN("training", numbers, tempfile.gettempdir())
    model.set_trainable(".*")
    model.compile(1e-4, 0.9)
    batches = mrcnn.model.data_generator(photos, numbers, shuffle=False, batch_size=2)
    return lambda: model.keras_model.train_on_batch(next(batches)[0], [])


tell(work(), int(sys.argv[2]))
