"""TensorBoard's event files are what TensorFlow itself reads, checksums and all."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from cardamage_core.jobs.tensorboard import NAME, EventFile, crc32c


def test_the_checksum_is_that_of_the_standard():
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720 gives others of its kind; this is the usual check value
    assert crc32c(bytes(32)) == 0x8A9136AA


def test_tensorflow_reads_losses_metrics_and_previews(tmp_path: Path):
    from tensorflow.python.summary.summary_iterator import summary_iterator

    picture = tmp_path / "epoch-0001.png"
    cv2.imwrite(str(picture), np.zeros((24, 32, 3), np.uint8))
    written = EventFile(tmp_path)
    written.take("started", {"step": 300})
    written.take("step", {"step": 301, "loss": 2.5, "mask": None, "learning_rate": 0.001})
    written.take("validation", {"step": 400, "epoch": 4, "loss": 1.5, "metrics": {"mask_ap50": 0.25, "box_ap50": None}})
    written.take("preview", {"epoch": 1, "picture": str(picture)})
    written.take("preview", {"epoch": 2, "picture": str(tmp_path / "gone.png")})
    (path,) = (tmp_path / NAME).iterdir()
    version, started, step, validation, preview = summary_iterator(str(path))
    assert version.file_version == "brain.Event:2"
    assert (started.step, started.session_log.status) == (301, started.session_log.START)
    assert {v.tag: round(v.simple_value, 6) for v in step.summary.value} == {
        "loss/loss": 2.5,
        "course/learning_rate": 0.001,
    }
    found = {v.tag: v.simple_value for v in validation.summary.value}
    assert (validation.step, found) == (400, {"validation/loss": 1.5, "metrics/mask_ap50": 0.25})
    image = preview.summary.value[0].image
    assert (image.height, image.width, image.encoded_image_string) == (24, 32, picture.read_bytes())


def test_a_disk_that_cannot_be_written_does_not_end_the_training(tmp_path: Path):
    (tmp_path / NAME).write_text("a file where the folder should be")
    EventFile(tmp_path).take("step", {"step": 1, "loss": 2.0})
