"""The Train page on job folders written by hand: what a worker would write, without a worker."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLabel, QListView, QPlainTextEdit, QPushButton

from cardamage_core.jobs import events, folder, queue
from cardamage_core.jobs.folder import JobFolder
from cardamage_core.models import registry
from cardamage_core.models.registry import ModelCard
from cardamage_core.training.job import TrainingJob


def made_job(built, name="first", **changes):
    """A job of the open project that nobody has started."""
    project = built.session.project
    return JobFolder(
        queue.create(project.folder, TrainingJob(name=name, epochs=2, steps=10, **changes), project.dataset())
    )


def say_started(job: JobFolder) -> events.EventLog:
    """As if this process were the worker: it is alive."""
    folder.record_worker(job.worker, os.getpid(), offset=0)
    log = events.EventLog(job.events)
    log.write("started", step=0, total_steps=20, photos=2, validation=1)
    log.write("compiling")
    return log


def step(log, number, loss=2.0):
    log.write(
        "step", step=number, epoch=1, loss=loss, rpn_class=0.1, rpn_box=0.2, box=0.3, mask=0.6, memory_mb=2100,
        photos_per_second=14.8, seconds_left=480, **{"class": 0.4},
    )  # fmt: skip


def shown(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def button(widget, text) -> QPushButton | None:
    found = [one for one in widget.findChildren(QPushButton) if one.text() == text and one.isVisible()]
    return found[0] if found else None


@pytest.fixture
def page(opened):
    opened.window.show_page("train")
    return opened.train


def test_without_a_training_the_page_says_how_to_begin(page):
    assert "No training yet" in shown(page)


def test_a_page_that_is_made_after_the_project_was_opened_lists_its_models(page, wait):
    wait(lambda: {"damage", "car and panels"} <= {model.card.name for model in page._lists.listed_models()})


def test_a_running_training_tells_where_it_is(opened, page, wait):
    job = made_job(opened)
    log = say_started(job)
    step(log, 7)
    opened.watch.look()

    wait(lambda: "Epoch 1 of 2 · step 7 of 10" in shown(page))
    wait(lambda: any("2 train photos, 1 val" in text for text in shown(page)))
    assert "14.8 photos/s · 2.1 GB · about 8 min left" in shown(page)
    assert "Training 35 % · 8 min left" in opened.window.top.job_text()


def test_where_the_weights_came_from_is_said_once_it_is_known(opened, page, wait):
    job = made_job(opened, start="imagenet")
    folder.record_worker(job.worker, os.getpid(), offset=0)
    log = events.EventLog(job.events)
    log.write("loading")
    opened.watch.look()
    wait(lambda: any(text.startswith("light preset") for text in shown(page)))
    assert not any("ImageNet" in text for text in shown(page))
    log.write("started", step=0, total_steps=20, photos=2, validation=1, begun_from="none")  # there was no file
    opened.watch.look()
    wait(lambda: any("light preset · from random weights · 2 train photos" in text for text in shown(page)))
    assert not any("ImageNet" in text for text in shown(page))


def test_new_steps_appear_without_asking(opened, page, wait):
    log = say_started(made_job(opened))
    step(log, 1)
    opened.watch.look()
    wait(lambda: "Epoch 1 of 2 · step 1 of 10" in shown(page))

    step(log, 2)

    wait(lambda: "Epoch 1 of 2 · step 2 of 10" in shown(page))


def test_while_the_network_is_compiled_the_page_says_so(opened, page, wait):
    say_started(made_job(opened))
    opened.watch.look()

    wait(lambda: "Compiling the network: the first step takes up to a minute." in shown(page))


def test_a_training_stopped_while_compiling_says_so_instead(opened, page, wait):
    say_started(made_job(opened)).write("stopped", step=0)
    opened.watch.look()
    wait(lambda: shown(page).count("Stopped before the first step.") == 1)
    assert not any("Compiling" in text for text in shown(page))


def test_stop_asks_the_worker_and_shows_that_it_is_stopping(opened, page, wait):
    job = made_job(opened)
    log = say_started(job)
    step(log, 7)
    opened.watch.look()
    wait(lambda: button(page, "Stop"))

    QTest.mouseClick(button(page, "Stop"), Qt.MouseButton.LeftButton)

    assert "stopping…" in shown(page)
    wait(lambda: job.stop.exists())
    log.write("stopped", step=8)
    wait(lambda: button(page, "Resume"))
    assert button(page, "Stop") is None


def test_a_failed_training_says_why_and_offers_to_go_on(opened, page, wait):
    log = say_started(made_job(opened))
    step(log, 4)
    log.write("failed", title="Step 5 failed: the loss is not a number.", detail="Take a lower learning rate.")
    opened.watch.look()

    wait(lambda: any("Step 5 failed" in text and "lower learning rate" in text for text in shown(page)))
    assert button(page, "Resume")


def test_the_log_is_shown_when_wanted(opened, page, wait):
    job = made_job(opened)
    step(say_started(job), 1)
    job.log.write_text("Step 1: loss 2.0\n")
    opened.watch.look()
    wait(lambda: button(page, "Log"))
    log = page.findChild(QPlainTextEdit)
    assert not log.isVisible()

    QTest.mouseClick(button(page, "Log"), Qt.MouseButton.LeftButton)

    wait(lambda: log.isVisible() and log.toPlainText() == "Step 1: loss 2.0")
    wait(lambda: not log.visibleRegion().isEmpty())  # scrolled to, however high the curves are


def test_a_preview_is_shown_as_soon_as_it_is_there(opened, page, wait, tmp_path):
    log = say_started(made_job(opened))
    step(log, 10)
    picture = tmp_path / "epoch-0001.png"
    pixels = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    Image.fromarray(pixels).save(picture)
    log.write("preview", epoch=1, picture=str(picture))
    opened.watch.look()

    wait(lambda: "WHAT IT SEES ON VALIDATION PHOTOS, EPOCH 1" in shown(page))


def test_new_training_opens_the_form_filled_from_the_project(opened, page):
    QTest.mouseClick(button(page, "New training"), Qt.MouseButton.LeftButton)

    assert button(page, "Start training").isEnabled()
    assert "1\u202f000 steps in all: 8\u202f000 photos seen" in shown(page)


def test_a_job_without_anything_to_learn_is_refused_in_the_form(opened, page, wait):
    before = opened.session.regions("a")
    opened.session.edit("a", before, (), "Delete all")
    page.new_training()

    QTest.mouseClick(button(page, "Start training"), Qt.MouseButton.LeftButton)

    wait(lambda: any("no region to learn" in text for text in shown(page)))
    assert opened.watch.jobs() == ()


def test_models_are_listed_and_tell_their_card(opened, page, wait, tmp_path):
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"numbers")
    card = ModelCard("", "damage-light", "", "light", ("damage",), {}, metrics={"mask_ap50": 0.412, "photos": 8})
    registry.register(opened.session.project.models_folder, card, weights)
    folder = opened.session.project.folder
    opened.session.close()
    opened.projects.open(folder)
    models = page.findChild(QListView, "Models")
    wait(lambda: models.model().rowCount() == 3)  # and two that come along

    QTest.mouseClick(
        models.viewport(), Qt.MouseButton.LeftButton, pos=models.visualRect(models.model().index(0, 0)).center()
    )

    assert "mask AP50 0.412, on 8 photos" in shown(page)
    assert button(page, "Try it on photos")


def test_jobs_that_ended_are_told_apart_in_the_list(opened, page, wait):
    done, waits = say_started(made_job(opened, "first")), made_job(opened, "second")
    step(done, 20)
    done.write("finished", step=20, model="m-1")
    opened.watch.look()
    wait(lambda: len(opened.watch.jobs()) == 2)

    assert {job.job.name: job.state for job in opened.watch.jobs()} == {"first": "finished", "second": "waiting"}
    assert Path(waits.path).exists()


def test_reading_a_project_only_forbids_new_trainings(built, folder, answers):
    from cardamage_core.project import Project

    with Project.open(folder):
        built.projects.open(folder)
    built.window.show_page("train")

    assert not button(built.train, "New training").isEnabled()
    page = built.train
    for begin in (page.new_training, lambda: page._train_classes(()), lambda: page._clone(TrainingJob(name="x"))):
        begin()  # by its key, from the data set, like another
        assert page._stack.currentWidget() is page._empty


def choose(page, text: str) -> None:
    """Take an entry of the job's menu."""
    menu = page._job_view._more.menu()
    next(one for one in menu.actions() if one.text() == text).trigger()


def test_a_deleted_job_comes_back_by_undo(opened, page, wait):
    made_job(opened, name="first")
    opened.watch.look()
    wait(lambda: page._jobs.items.rowCount() == 1)
    page._jobs.setCurrentIndex(page._jobs.items.index(0))

    choose(page, "Delete")

    wait(lambda: page._jobs.items.rowCount() == 0)
    assert any("“first” was moved to the trash" in text for text in shown(page))
    QTest.mouseClick(button(page, "Undo"), Qt.MouseButton.LeftButton)
    wait(lambda: page._jobs.items.rowCount() == 1)
    assert button(page, "Undo") is None


def test_a_job_is_renamed_and_exported(opened, page, answers, tmp_path, wait):
    made_job(opened, name="first")
    opened.watch.look()
    wait(lambda: page._jobs.items.rowCount() == 1)
    page._jobs.setCurrentIndex(page._jobs.items.index(0))
    answers.text_answer, answers.folder_answer = "second", tmp_path / "copy"

    choose(page, "Rename…")
    wait(lambda: page._jobs.items.index(0).data() == "second")
    choose(page, "Export as a folder…")
    wait((tmp_path / "copy" / "job.json").is_file)


def test_a_clone_takes_over_every_choice(opened, page, wait):
    made_job(opened, name="first", seed=7, learning_rate=0.002, layers="heads", ignored=("scratch",))
    opened.watch.look()
    wait(lambda: page._jobs.items.rowCount() == 1)
    page._jobs.setCurrentIndex(page._jobs.items.index(0))

    choose(page, "New training like this…")

    job = page._form.job()
    assert (job.name, job.seed, job.learning_rate, job.layers) == ("first again", 7, 0.002, "heads")
    assert (job.epochs, job.steps, job.ignored) == (2, 10, ("scratch",))


def test_a_failed_job_says_its_cause_and_nothing_of_before(opened, page, wait):
    job = made_job(opened)
    log = say_started(job)
    log.write("note", text="An old note.")
    log.write("failed", title="Stopped at step 5: the loss grew.", detail="Train again with a lower learning rate.")
    opened.watch.look()
    wait(lambda: "Stopped at step 5: the loss grew. Train again with a lower learning rate." in shown(page))
    assert not any("An old note" in text for text in shown(page))


def test_the_log_of_a_waiting_job_is_its_own(opened, page, wait):
    first, second = made_job(opened, name="first"), made_job(opened, name="second")
    first.log.write_text("Only of the first.\n")
    opened.watch.look()
    wait(lambda: page._jobs.items.rowCount() == 2)
    log = page.findChild(QPlainTextEdit)
    page._jobs.setCurrentIndex(page._jobs.items.index_of(first.id))
    QTest.mouseClick(button(page, "Log"), Qt.MouseButton.LeftButton)
    wait(lambda: "Only of the first." in log.toPlainText())
    page._jobs.setCurrentIndex(page._jobs.items.index_of(second.id))
    assert log.toPlainText() == "Nothing was printed yet."


def test_a_model_is_imported_kept_for_all_projects_and_deleted(opened, page, answers, tmp_path, wait):
    from cardamage_core.models import library

    path = library.export(registry.default(), tmp_path / "mine")
    answers.files_answer = [path]
    QTest.mouseClick(button(page, "Import a model…"), Qt.MouseButton.LeftButton)
    wait(lambda: page._models.items.rowCount() == 3)

    page._models.setCurrentIndex(page._models.items.index(0))
    assert any("light preset" in text or "light" in text for text in shown(page))
    menu = page._model_view._more.menu()
    answers.text_answer = "renamed"
    next(one for one in menu.actions() if one.text() == "Rename…").trigger()
    wait(lambda: page._models.items.index(0).data() == "renamed")
    page._models.setCurrentIndex(page._models.items.index(0))
    next(one for one in menu.actions() if one.text() == "Delete").trigger()
    wait(lambda: page._models.items.rowCount() == 2)


def test_another_run_is_laid_over_the_curves(opened, page, wait):
    for name in ("first", "second"):
        log = say_started(made_job(opened, name=name))
        for number in (1, 2, 3):
            step(log, number)
        log.write("validation", epoch=1, step=3, loss=1.0, photos=2, of=5, metrics={"mask_ap50": 0.4})
    opened.watch.look()
    wait(lambda: page._jobs.items.rowCount() == 2)
    view = page._job_view
    wait(lambda: view._curves is not None and view._curves.isVisible())
    assert "AP50 on validation photos · 2 of 5 photos" in shown(page)
    view._fill_over()
    (entry,) = view._over_menu.actions()
    entry.trigger()
    wait(lambda: any("first" in text and "●" in text for text in shown(view._curves)))
    entry.trigger()
    wait(lambda: not any("first" in text and "●" in text for text in shown(view._curves)))
