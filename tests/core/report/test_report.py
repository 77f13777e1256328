"""What a report says, whatever its format: figures, failures, decisions, private regions, and that nothing is half."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from cardamage_core import files
from cardamage_core.annotations.model import Rectangle, Region
from cardamage_core.claims import findings
from cardamage_core.claims.model import ClaimFields
from cardamage_core.commands import main
from cardamage_core.errors import CarDamageError
from cardamage_core.models import registry
from cardamage_core.report import build, csv_, pictures, seal, texts, write
from cardamage_core.report.data import ReportData, schema
from cardamage_core.words import languages, words_of

SCHEMA = Path(__file__).parents[3] / "docs" / "report-schema.json"


def text_of(path: Path) -> str:
    """The text that a PDF viewer would let a person select."""
    document = pypdfium2.PdfDocument(path)
    pages = [document[i].get_textpage() for i in range(len(document))]
    text = "\n".join(page.get_text_range() for page in pages)
    for page in pages:
        page.close()
    document.close()
    return text.replace("\r", "")


def decide(claim, region: str, review: str, **said: str) -> None:
    photo = claim.photos()[0].id
    before = claim.regions(photo)
    after = findings.changed(findings.decided(before, [region], review), [region], **said)
    claim.project.edit_regions(photo, before, after, "Decide")


def test_the_published_schema_is_the_one_of_the_value():
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(schema()))


def test_a_report_says_the_figures_of_the_claim(claim):
    decide(claim, "dent", "accepted", severity="severe", operation="replace")
    decide(claim, "scratch", "rejected")
    data = build.build(claim)
    first, second, third = data.photos
    assert (first.figure, first.determined) == ("5.0 % of the car", True)
    assert [one.number for one in first.findings] == ["1.1", "1.2"]
    dent, scratch = first.findings
    assert (dent.label, dent.panel, dent.severity, dent.decision) == ("dent", "hood", "severe", "accepted")
    assert (dent.of_car.percent, dent.of_panel.percent) == pytest.approx((5.0, 50.0))
    assert (scratch.decision, scratch.counts) == ("rejected", False)
    assert (second.state, second.problem, second.share.percent) == ("failed", "The photo is damaged.", None)
    assert third.state == "untouched"
    assert data.verdict == (
        "Largest share of the car on one photo: 5.0 % of the car (photo 1). Damage is outlined on one panel: hood,"
        " 50.0 % (photo 1). 1 photo could not be examined, so nothing is known of what they show."
    )
    assert [(one.panel, one.photo) for one in data.panels] == [("hood", 1)]
    told = [(one.who, one.what, one.finding) for one in data.decisions if one.finding]
    assert told[-2:] == [("anna", "accepted", "1.1"), ("anna", "rejected", "1.2")]


def test_models_are_named_with_hash_and_measured_quality(claim):
    (model,) = build.build(claim).models
    assert (model.id, len(model.sha256)) == ("damage", 64)
    assert "right outline on damaged photos" in model.measures[0].text


def test_measures_of_a_model_are_those_of_the_threshold_that_the_report_reckons_with(claim):
    card = registry.default().card
    (usual,), (lower,) = (build.build(claim, threshold=threshold).models for threshold in (card.threshold, 0.2))
    right = round(100 * card.metrics["right_mask"]["value"])
    assert usual.measures[0].text.endswith(f"from a score of {card.threshold:.2f} on: {right} %")
    (row,) = [row for row in card.metrics["curve"] if row[0] == 0.2]
    assert lower.measures[0].text.endswith(f"from a score of 0.20 on: {100 * row[1]:.0f} %")
    assert "recall" in [one.code for one in usual.measures]
    assert "recall" not in [one.code for one in lower.measures]  # measured at the model's own threshold alone


def test_every_format_says_it_and_pdf_text_can_be_selected(claim, tmp_path):
    paths = [tmp_path / f"report{suffix}" for suffix in files.REPORT_SUFFIXES]
    data = write.write(claim, paths)
    pdf, html, document, table = paths
    said = text_of(pdf)
    for text in ("Vehicle damage report", "2026-1", "<b>Golf</b>", "5.0 %", "The photo is damaged.", "Page 1 of"):
        assert text in said
    page = html.read_text()
    assert "&lt;b&gt;Golf" in page
    assert "<b>Golf" not in page
    assert "<script" not in page
    assert msgspec.json.decode(document.read_bytes(), type=ReportData).photos == data.photos
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert [(row["photo"], row["number"], row["photo state"]) for row in rows] == [
        ("1", "1.1", "assessed"), ("1", "1.2", "assessed"), ("2", "", "failed"), ("3", "", "untouched")
    ]  # fmt: skip
    assert claim.log[-1].what == "report"


@pytest.mark.parametrize(("paper", "shape"), [("A4", (425, 300, 3)), ("Letter", (389, 300, 3))])
def test_the_first_page_is_that_of_the_file(claim, tmp_path, paper, shape):
    shown = write.first_page(claim, language="de", paper=paper, width=300)
    write.write(claim, [tmp_path / "a.pdf"], language="de", paper=paper)
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    page = document[0].render(scale=300 / document[0].get_width(), rev_byteorder=True).to_numpy()[:, :, :3]
    assert (shown.shape, shown.dtype) == (shape, np.uint8)
    assert (shown != page).mean() < 0.01  # the second in which it was written
    document.close()


def test_the_pdf_has_bookmarks_and_embeds_its_fonts(claim, tmp_path):
    write.write(claim, [tmp_path / "a.pdf"], paper="Letter")
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    titles = [mark.get_title() for mark in document.get_toc()]
    assert titles[0] == "Result"
    assert any(title.startswith("Photo 2") for title in titles)
    assert document[0].get_size() == pytest.approx((612, 792), abs=1)
    document.close()
    assert (tmp_path / "a.pdf").read_bytes().count(b"/FontFile2") >= 2


@pytest.mark.parametrize("language", languages())
def test_each_language_fills_every_text_that_it_has(claim, language):
    english, other = words_of(), words_of(language)
    fields = re.compile(r"\{(\w+)\}")
    for key, text in other._texts.items():
        if key in english._texts:
            assert set(fields.findall(text)) == set(fields.findall(english._texts[key])), key
    data = build.build(claim, language=language)
    assert data.language == language


def test_a_german_report_is_german(claim, tmp_path):
    write.write(claim, [tmp_path / "a.pdf"], language="de")
    said = text_of(tmp_path / "a.pdf")
    assert "Fahrzeugschadenbericht" in said
    assert "Motorhaube" in said
    assert "5,0 %" in said


def test_private_regions_are_unrecognisable_in_every_picture(claim):
    photo = claim.photos()[0]
    shown = pictures.of_photo(photo, claim.path_of(photo), claim.regions(photo.id), claim.labels(), {"dent": "1.1"})
    pixels = np.array(Image.open(io.BytesIO(shown.original.data)))
    factor = pixels.shape[1] / 400
    left, top, right, bottom = (round(v * factor) for v in (182, 202, 238, 218))
    plate, elsewhere = pixels[top:bottom, left:right], pixels[: bottom - top, : right - left]
    assert edges(plate) < 0.3 * edges(elsewhere)


def edges(part: np.ndarray) -> float:
    return float(np.abs(np.diff(part.astype(float), axis=1)).mean())


def test_blurring_leaves_the_rest_and_the_given_array_alone():
    image = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    before = image.copy()
    made = pictures.blurred(image, [Region("a", Rectangle(40, 40, 20, 20), "plate")])
    assert (image == before).all()
    assert (made[:30] == image[:30]).all()
    assert len(np.unique(made[40:60, 40:60].reshape(-1, 3), axis=0)) <= 36


def test_what_stands_in_a_cell_is_never_a_formula():
    assert [csv_.safe(text) for text in ("=1+1", "+1", "-1", "@a", "\t=1", "a=1", 5)] == [
        "'=1+1", "'+1", "'-1", "'@a", "'\t=1", "a=1", "5"
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".pdf", ".html", ".json"])
def test_one_changed_byte_is_found(claim, photos, tmp_path, suffix):
    path = tmp_path / f"report{suffix}"
    write.write(claim, [path])
    good = path.read_bytes()
    assert seal.check(path, photos) == seal.Verdict((), (), 3)
    for at in (10, len(good) // 2, len(good) - 20, len(good) - 90):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert main(["report", "verify", str(path)]) == 1
    path.write_bytes(good)
    photo = photos[0].read_bytes()
    photos[0].write_bytes(photo[:-1] + bytes([photo[-1] ^ 1]))
    found = seal.check(path, photos[:1])
    assert found.wrong == ("photo 1.jpg is not the photo that the report speaks of: it was changed.",)
    assert found.unchecked == ("photo 2.jpg was not checked.", "photo 3.jpg was not checked.")


def test_a_file_that_is_no_report_is_said_so(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(CarDamageError, match="has no seal"):
        seal.check(tmp_path / "a.pdf", [])


def test_nothing_is_written_where_one_file_is_there_already(claim, tmp_path):
    (tmp_path / "b.json").write_text("mine")
    with pytest.raises(CarDamageError, match="there already"):
        write.write(claim, [tmp_path / "a.pdf", tmp_path / "b.json"])
    assert not (tmp_path / "a.pdf").exists()
    assert (tmp_path / "b.json").read_text() == "mine"


def test_a_report_is_never_written_into_the_claim_itself(claim):
    with pytest.raises(CarDamageError, match="not written over"):
        write.write(claim, [claim.folder / "report.pdf"])


def test_a_full_disk_leaves_no_half_report(claim, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(files, "_sync", full)
        with pytest.raises(CarDamageError, match="No space left"):
            write.write(claim, [tmp_path / "a.html"])
    assert not list(tmp_path.glob("*.html")) + list(tmp_path.glob(".*"))


def test_a_photo_that_vanished_is_said_and_the_rest_is_written(claim, tmp_path):
    claim.path_of(claim.photos()[0]).unlink()
    write.write(claim, [tmp_path / "a.pdf"])
    assert "cannot be shown" in text_of(tmp_path / "a.pdf")


def test_the_command_writes_and_verifies(claim, photos, tmp_path, capsys):
    folder = claim.folder
    claim.close()
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html"), "--lang", "de"]) == 0
    assert "Größter Anteil" in capsys.readouterr().out
    assert main(["report", "verify", str(tmp_path / "r.html"), *map(str, photos)]) == 0
    assert "unchanged" in capsys.readouterr().out
    (tmp_path / "r.html").write_bytes((tmp_path / "r.html").read_bytes().replace(b"Anteil", b"anteil", 1))
    assert main(["report", "verify", str(tmp_path / "r.html"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["wrong"] == ["r.html was changed after it was written."]


def test_a_file_that_did_not_come_in_is_named_in_every_format(claim, tmp_path):
    (tmp_path / "notes.jpg").write_text("no photo")
    claim.add_photos([tmp_path / "notes.jpg"])
    files = [tmp_path / "r.pdf", tmp_path / "r.html", tmp_path / "r.json"]
    write.write(claim, files, language="de")
    said = "notes.jpg konnte nicht als Foto aufgenommen werden."
    assert said in text_of(files[0])
    assert said in files[1].read_text("utf-8")
    assert [one["text"] for one in json.loads(files[2].read_bytes())["warnings"]] == [said]
    assert [one.detail for one in build.build(claim).decisions][-2:] == [
        "not taken in: notes.jpg is not an image that can be read.",
        "r.pdf, r.html, r.json",
    ]


def test_a_photo_keeps_its_number_when_one_before_it_is_removed(claim):
    claim.findings()  # as every list of them asks for
    claim.project.remove_photos([claim.photos()[1].id], "Remove")
    data = build.build(claim)
    assert [one.number for one in data.photos] == [1, 3]


def test_what_a_person_drew_is_no_open_finding(claim):
    photo = claim.photos()[0].id
    before = claim.regions(photo)
    claim.project.edit_regions(photo, before, (*before, Region("x", Rectangle(60, 60, 9, 9), "dent")), "Draw")
    drawn = build.build(claim).photos[0].findings[-1]
    assert (drawn.number, drawn.decision) == ("1.3", "drawn")
    assert [one.number for one in claim.findings() if one.is_open] == ["1.1", "1.2"]


def test_what_a_person_drew_and_rejected_is_rejected(claim):
    photo = claim.photos()[0].id
    before = claim.regions(photo)
    rejected = Region("x", Rectangle(60, 60, 9, 9), "dent", review="rejected")
    claim.project.edit_regions(photo, before, (*before, rejected), "Draw")
    assert [one.decision for one in build.build(claim).photos[0].findings if one.number == "1.3"] == ["rejected"]


def test_a_german_report_is_german_to_its_details(claim):
    decide(claim, "dent", "accepted", severity="severe")
    claim.set_state("in review")
    claim.tick_view("front left", claim.photos()[1].id)
    claim.change_fields(ClaimFields(number="1", date="2026-11-20"))
    data, words = build.build(claim, language="de"), words_of("de")
    details = " ".join(one.detail for one in data.decisions)
    assert "Schwere: schwer" in details
    assert "Ansicht vorn links: Foto 2" in details
    assert "2 Umrisse von damage" in details
    assert [word for word in ("state", "view", "label") if word in details] == []
    assert [texts.value(one, words) for one in data.fields if one.key == "date"] == ["20.11.2026"]
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", texts.when(data.created, words))
    assert texts.when("yesterday", words) == "yesterday"


def test_what_is_known_of_the_models_in_the_box_can_be_said_in_every_language():
    said = [text for model in registry.bundled() for text in model.card.weaknesses]
    assert said
    for language in languages()[1:]:
        assert [text for text in said if not words_of(language).has(f"weakness.{text}")] == []
