"""How is a job watched from a terminal until it ends?"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from . import events, queue
from .events import Event
from .folder import JobFolder
from .queue import JobStatus

LOOK_AGAIN = 0.3  # seconds
BAR = 24  # characters
FIGURES = {"box_ap50": "box AP50", "mask_ap50": "mask AP50"}
LOSSES = ("rpn_class", "rpn_box", "class", "box", "mask")


def follow(
    job_folder: Path, say: Callable[[str], None], *, bar: Callable[[str], None], stop_on_interrupt: bool
) -> JobStatus:
    """Watch a job until it ends: sentences go to `say`, the progress bar to `bar`; its status at the end.

    Ctrl-C asks the worker to stop with a checkpoint and keeps watching; a second one leaves it alone. Without
    `stop_on_interrupt` the first one leaves.
    """
    offset, asked, last = 0, not stop_on_interrupt, {}
    while True:
        try:
            status = queue.status(job_folder)
            new, offset = events.read(JobFolder(job_folder).events, offset)
            for event in new:
                last = event if event["kind"] == "step" else last
                if text := sentence(event):
                    say(text)
            if not status.live:
                return status
            bar(bar_line(status, last.get("loss")))
            time.sleep(LOOK_AGAIN)
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            say("Stopping at the next step, with a checkpoint. Ctrl-C again leaves the training alone.")
            queue.request_stop(job_folder)


def bar_line(status: JobStatus, loss: float | None) -> str:
    """One line that says how far a job is; "" before its first step."""
    if not status.step:
        return ""
    filled = round(BAR * status.fraction)
    parts = [
        f"[{'█' * filled}{'·' * (BAR - filled)}] {status.step}/{status.total_steps}",
        f"epoch {status.epoch}/{status.job.epochs}",
    ]
    if loss is not None:
        parts.append(f"loss {loss:.3f}")
    if status.photos_per_second:
        parts += [f"{status.photos_per_second:.1f} photos/s", f"{duration(status.seconds_left)} left"]
    return " · ".join(parts)


def sentence(event: Event) -> str:
    """What a person should read of an event; "" for those the bar shows."""
    match event:
        case {"kind": "started", "step": step, "photos": photos, "validation": validation}:
            begin = f"Goes on from step {step}: " if step else ""
            return f"{begin}{photos} photos to learn from, {validation} to validate."
        case {"kind": "compiling"}:
            return "Compiling the network: the first step takes up to a minute."
        case {"kind": "waiting"}:
            return "Waiting for another training of this project to end."
        case {"kind": "note", "text": text}:
            return text
        case {"kind": "skipped", "photo": photo, "reason": reason}:
            return f"Skipped {photo}: {reason}"
        case {"kind": "validation", "epoch": epoch}:
            parts = " ".join(f"{name} {event[name]:.3f}" for name in LOSSES if event.get(name) is not None)
            return f"Epoch {epoch}: validation loss {event.get('loss', 0.0):.3f} ({parts}){_metrics(event)}"
        case _:
            return ""


def duration(seconds: float) -> str:
    """Seconds as people say them: "40 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_rest} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _metrics(event: Event) -> str:
    metrics = event.get("metrics") or {}
    figures = [f"{text} {metrics[name]:.3f}" for name, text in FIGURES.items() if metrics.get(name) is not None]
    return "; " + ", ".join(figures) if figures else ""
