import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QRadioButton, QSpinBox, QTableWidget

from cardamage_core.annotations.model import Dataset, Label
from cardamage_core.errors import JobError
from cardamage_core.jobs import trial
from cardamage_core.mrcnn.presets import PRESETS
from cardamage_core.project import PhotoSummary
from cardamage_core.training.forecast import Measured
from cardamage_core.training.job import ClassRule
from cardamage_gui.background import Background
from cardamage_gui.train.form import Form
from cardamage_gui.train.form_start import StartModel

LABELS = (Label("car", "#fff", role="car"), Label("dent", "#fff"), Label("scratch", "#fff"))


def photo(number, split):
    return PhotoSummary(str(number), f"{number}.jpg", split, "unreviewed", 1, frozenset({"dent"}), False)


@pytest.fixture
def form(qtbot):
    made = Form()
    qtbot.addWidget(made)
    fill(made)
    made.show()
    return made


def fill(form, splits=("train", "train", "val")):
    photos = [photo(number, split) for number, split in enumerate(splits)]
    form.fill(
        photos=photos,
        labels=LABELS,
        counts={"dent": 3},
        models={"m1": StartModel("damage-1", "light"), "m2": StartModel("theirs", "matterport")},
        name="damage-2",
    )


def child(form, kind, text):
    return next(one for one in form.findChildren(kind) if one.text() == text)


def shown(form):
    return [label.text() for label in form.findChildren(QLabel) if label.isVisible()]


def test_untouched_it_makes_a_sensible_job(form):
    job = form.job()

    assert (job.name, job.preset, job.start, job.train_split, job.val_split) == (
        "damage-2",
        "light",
        "included",
        "train",
        "val",
    )
    assert job.classes == (ClassRule("damage", ()),)
    assert job.total_steps == 1000


def test_a_choice_of_labels_makes_a_class_of_each(form):
    QTest.mouseClick(child(form, QRadioButton, "A class for each of these labels"), Qt.MouseButton.LeftButton)
    scratch = child(form, QCheckBox, "scratch – 0 regions")
    assert not scratch.isChecked()
    QTest.mouseClick(scratch, Qt.MouseButton.LeftButton, pos=scratch.rect().center() - scratch.rect().center() / 2)

    assert form.job().classes == (ClassRule("dent", ("dent",)), ClassRule("scratch", ("scratch",)))


def test_the_preset_brings_the_photos_a_step_that_a_usual_machine_can_hold(form):
    preset = next(box for box in form.findChildren(QComboBox) if box.findData("matterport") >= 0)
    assert form.job().batch == 8
    for name in PRESETS:
        preset.setCurrentIndex(preset.findData(name))
        assert form.job().batch == PRESETS[name].batch
    assert [PRESETS[name].batch for name in ("light", "balanced", "matterport")] == [8, 4, 2]


def test_the_heads_may_learn_first(form):
    layers = next(box for box in form.findChildren(QComboBox) if box.findData("first") >= 0)
    assert form.job().layers == "all"
    layers.setCurrentIndex(layers.findData("first"))
    assert form.job().layers == "heads:3,all:7"
    layers.setCurrentIndex(layers.findData("heads"))
    assert form.job().layers == "heads"


def test_outlines_of_the_car_are_not_offered_as_damage(form):
    assert not any("car" in box.text() for box in form.findChildren(QCheckBox))


def test_no_label_at_all_is_said_in_place(form):
    QTest.mouseClick(child(form, QRadioButton, "A class for each of these labels"), Qt.MouseButton.LeftButton)
    child(form, QCheckBox, "dent – 3 regions").setChecked(False)

    assert any("it has no class" in text for text in shown(form))
    assert not child(form, QPushButton, "Start training").isEnabled()


def test_an_empty_name_is_said_in_place_and_mended(form):
    name = form.findChild(QLineEdit)
    name.clear()
    assert any(text.startswith("Give the training a name.") for text in shown(form))
    with pytest.raises(JobError):
        form.job()

    QTest.keyClicks(name, "mine")
    assert child(form, QPushButton, "Start training").isEnabled()
    assert form.job().name == "mine"


def test_start_hands_the_job_on(form):
    started = []
    form.start.connect(lambda jobs, drafts: started.append((jobs, drafts)))

    for text in ("Start training", "Keep as draft"):
        QTest.mouseClick(child(form, QPushButton, text), Qt.MouseButton.LeftButton)

    assert [([job.name for job in jobs], drafts) for jobs, drafts in started] == [
        (["damage-2"], False),
        (["damage-2"], True),
    ]


def test_a_run_grid_makes_several_trainings(form):
    started = []
    form.start.connect(lambda jobs, _drafts: started.extend(jobs))
    QTest.mouseClick(child(form, QPushButton, "Several runs"), Qt.MouseButton.LeftButton)
    number = next(box for box in form.findChildren(QComboBox) if box.accessibleName() == "Number to vary")
    values = next(field for field in form.findChildren(QLineEdit) if field.accessibleName() == "Its values")
    number.setCurrentIndex(number.findData("seed"))
    assert any("Seed has no values." in text for text in shown(form))
    QTest.keyClicks(values, "1 2 3")
    assert child(form, QPushButton, "Keep 3 drafts").isEnabled()
    QTest.mouseClick(child(form, QPushButton, "Start 3 trainings"), Qt.MouseButton.LeftButton)
    assert [job.seed for job in started] == [1, 2, 3]

    fill(form)
    assert not values.isVisible()
    assert not child(form, QPushButton, "Several runs").isChecked()


def test_what_is_not_installed_is_said_whatever_is_chosen_and_nothing_starts(form):
    started = []
    form.start.connect(lambda jobs, _drafts: started.extend(jobs))
    form.fill(photos=[], labels=LABELS, counts={}, models={}, name="x", missing="Training needs keras.")
    name = form.findChild(QLineEdit)
    QTest.keyClicks(name, "y")
    QTest.keyClick(name, Qt.Key.Key_Return)

    assert "Training needs keras." in shown(form)
    assert not child(form, QPushButton, "Start training").isEnabled()
    assert started == []


def test_without_splits_it_says_that_some_photos_are_held_back(form):
    fill(form, ("", "", ""))

    assert "3 photos, none with a split: every fifth is held back to validate" in shown(form)
    assert form.job().train_split == "train"


def test_without_a_val_split_nothing_is_validated(form):
    fill(form, ("train", "train"))

    assert any(box.currentText() == "nothing" for box in form.findChildren(QComboBox))
    assert form.job().val_split == "val"


def test_photos_do_not_teach_and_judge_at_once(form):
    fill(form, ("val", "val"))

    assert any("validated on the photos that it learns from" in text for text in shown(form))
    assert not child(form, QPushButton, "Start training").isEnabled()


def test_augmented_photos_of_another_project_are_gone(form):
    form.show_augmented([np.zeros((8, 8, 3), np.uint8)])
    fill(form)

    assert child(form, QPushButton, "Show augmented photos").isEnabled()


def test_a_model_may_be_the_start(form):
    box = next(one for one in form.findChildren(QComboBox) if one.findData("m1") >= 0)
    box.setCurrentIndex(box.findData("m1"))

    assert form.job().start == "m1"


def test_a_problem_found_later_stands_in_the_form(form):
    form.show_problem(JobError("This training cannot start: no region.", "Draw one."))

    assert "This training cannot start: no region. Draw one." in shown(form)


def test_coco_weights_are_refused_in_place_until_the_preset_fits(form):
    start, preset = (
        next(c for c in form.findChildren(QComboBox) if c.findData(d) >= 0) for d in ("coco", "matterport")
    )
    start.setCurrentIndex(start.findData("coco"))
    assert any("COCO weights do not fit the preset “light”" in text for text in shown(form))
    preset.setCurrentIndex(preset.findData("matterport"))
    assert form.job().start == "coco"
    assert not any("COCO weights do not fit" in text for text in shown(form))


def test_a_changed_number_goes_into_the_job_and_stands_out(form):
    table = form._numbers.table
    row = next(r for r in range(table.rowCount()) if table.item(r, 0).text() == "Random size")
    assert table.item(row, 1).text() == table.item(row, 2).text()
    table.item(row, 2).setText("0.4")
    assert form.job().changes == {"scale_jitter": 0.4}
    assert table.item(row, 2).font().bold()
    table.item(row, 2).setText("")
    assert form.job().changes == {}


def test_a_number_that_is_none_is_said_in_place(form):
    table = form._numbers.table
    table.item(0, 2).setText("large")
    with pytest.raises(JobError, match="Canvas, shorter side is “large”"):
        form.job()
    assert any("Expected a whole number" in text for text in shown(form))


def test_every_field_explains_itself(form):
    labels = {label.text(): label.toolTip() for label in form.findChildren(QLabel)}
    assert all(labels[name] for name in ("Preset", "Epochs", "Learning rate", "Seed", "Layers"))


def offer(form, *measured):
    photos = [photo(number, "val" if number else "train") for number in range(101)]
    form.fill(photos=photos, labels=LABELS, counts={"dent": 3}, models={}, name="x", measured=measured)


def test_time_and_memory_are_told_from_what_was_measured(form):
    light = Measured.of(form.job(), memory_mb=1500.0, photo_seconds=0.1, check_seconds=0.6)
    offer(form, light)
    took = next(text for text in shown(form) if "of memory at the peak" in text)
    assert took.startswith("It takes about 23 min, of it 10 min to validate; 1.5 GB of memory at the peak, ")
    offer(form)
    assert any(text.endswith("Measure first tries a few.") for text in shown(form))


def test_a_training_that_does_not_fit_into_the_memory_is_named_and_may_start_all_the_same(form):
    offer(form, Measured.of(form.job(), memory_mb=9e6, photo_seconds=0.1))
    assert any(text.startswith("This training needs about 9000.0 GB of memory, and ") for text in shown(form))
    assert child(form, QPushButton, "Start training").isEnabled()


def test_a_trial_of_a_few_steps_measures_what_the_training_takes(form, qtbot, monkeypatch):
    tried = []

    def measure(job, dataset, *, stop):
        tried.append((job, len(dataset.photos), stop()))
        return Measured.of(job, memory_mb=2000.0, photo_seconds=0.2, check_seconds=0.0)

    monkeypatch.setattr(trial, "measure", measure)
    background = Background()
    form.preflight.use(background, lambda: Dataset(()))
    offer(form)
    QTest.mouseClick(child(form, QPushButton, "Measure first"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any("It takes about 27 min, of it less than a minute to validate; 2.0 GB" in t for t in shown(form))
    )
    assert tried == [(form.job(), 0, False)]
    background.close()


def test_early_stop_and_rare_labels_are_off_until_chosen_and_come_back_in_a_clone(form):
    boxes = {box.accessibleName(): box for box in form.findChildren(QSpinBox)}
    assert (form.job().patience, form.job().balance) == (0, 0.0)
    assert (boxes["Early stop"].text(), boxes["Rare labels"].text()) == ("never", "all alike")
    boxes["Early stop"].setValue(3)
    boxes["Rare labels"].setValue(20)
    made = form.job()
    assert (made.patience, made.balance) == (3, 0.2)
    fill(form)
    form.fill_from(made)
    assert (form.job().patience, form.job().balance) == (3, 0.2)


def test_a_model_to_go_on_from_brings_the_preset_it_was_made_with(form):
    start = next(box for box in form.findChildren(QComboBox) if box.accessibleName() == "Start from")
    start.setCurrentIndex(start.findData("m2"))
    assert (form.job().start, form.job().preset) == ("m2", "matterport")
    start.setCurrentIndex(start.findData("m1"))
    assert form.job().preset == "light"


def test_start_stays_in_view_and_what_is_unfolded_comes_into_view(form, qtbot):
    form.resize(720, 560)
    start = child(form, QPushButton, "Start training")
    numbers = child(form, QPushButton, "All numbers")
    qtbot.waitUntil(lambda: not start.visibleRegion().isEmpty())
    assert numbers.visibleRegion().isEmpty()
    QTest.keyClick(numbers, Qt.Key.Key_Space)
    table = form.findChild(QTableWidget)
    qtbot.waitUntil(lambda: not table.visibleRegion().isEmpty())
    assert not start.visibleRegion().isEmpty()
