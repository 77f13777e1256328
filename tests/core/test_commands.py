"""The frame of the command line."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardamage_core.commands import MODULES, Output


def run(*args):
    return subprocess.run([sys.executable, "-m", "cardamage_core", *args], capture_output=True, text=True)


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in MODULES)


def test_an_unknown_command_is_wrong_usage():
    done = run("explode")
    assert done.returncode == 2
    assert "invalid choice" in done.stderr


def test_a_report_is_one_json_document_on_stdout_with_progress_on_stderr():
    stdout, stderr = io.StringIO(), io.StringIO()
    out = Output(as_json=True, stdout=stdout, stderr=stderr)
    out.progress("half way")
    out.report({"photos": 3, "name": "Kühlergrill"}, "three photos")
    assert json.loads(stdout.getvalue()) == {"photos": 3, "name": "Kühlergrill"}
    assert stderr.getvalue() == "half way\n"


def test_a_reader_that_has_seen_enough_is_no_error():
    """As in `cardamage doctor | head -1`: the pipe is closed before we write to it."""
    reader, writer = os.pipe()
    os.close(reader)
    program = "from cardamage_core.commands import Output, main; import cardamage_core.commands.models_ as m; "
    program += "m.run = lambda args, out: out.report({}, 'x' * 100000) or 0; raise SystemExit(main(['models', 'p']))"
    done = subprocess.run([sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


CHECK = ("check", "nowhere “ü”")
WORDS = "from cardamage_core.commands import main; import cardamage_core.commands.models_ as m; "
WORDS += "m.run = lambda args, out: out.progress('“a” …') or out.report({'é': '“\\udce9→'}, '“é” → ☃ \\udce9') or 0; "
WORDS += "raise SystemExit(main(['models', 'p', *__import__('sys').argv[1:]]))"


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "ascii", "utf-8", "latin-1", "utf-16"])
def test_every_encoding_of_the_output_takes_our_words(encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", WORDS], capture_output=True, env=environment)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert "\\udce9" in done.stdout.decode(encoding)
    done = subprocess.run([sys.executable, "-c", WORDS, "--json"], capture_output=True, env=environment)
    assert json.loads(done.stdout.decode(encoding)) == {"é": "“\udce9→"}
    done = subprocess.run(
        [sys.executable, "-m", "cardamage_core", "train", "--help"], capture_output=True, env=environment
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_told_and_one_behind_the_progress_is_not():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", WORDS], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 1
        assert b"could not be written to standard output" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr
        done = subprocess.run([sys.executable, "-c", WORDS], stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout.decode()) == (0, "“é” → ☃ \\udce9\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["2>&-", "0<&-", "1>&-", "0<&- 2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
def test_closed_streams_stop_nothing_and_get_no_file_of_ours(tmp_path, closed):
    program = f"{WORDS.replace('lambda args, out:', 'lambda args, out: keep() or')}"
    program = "import os\ndef keep():\n    os.fstat(0), os.fstat(1), os.fstat(2); " + (
        f"open({str(tmp_path / 'kept')!r}, 'w').write('ours')\n{program}"
    )
    (tmp_path / "program.py").write_text(program)
    done = subprocess.run(f"{sys.executable} {tmp_path / 'program.py'} {closed}", shell=True, capture_output=True)
    assert (done.returncode, (tmp_path / "kept").read_text()) == (0, "ours")
    assert ("1>&-" in closed) or done.stdout.decode() == "“é” → ☃ \\udce9\n"


def test_failures_are_json_where_that_was_asked():
    done = run(*CHECK, "--json")
    assert done.returncode == 1
    assert "is not a CarDamage project" in json.loads(done.stdout)["error"]["title"]
    assert "is not a CarDamage project" in done.stderr
    done = run("check", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["detail"] == "the following arguments are required: project"


def test_a_path_that_is_too_long_is_explained():
    for arguments in (["check", "x" * 300], ["import", "p", "x" * 5000], ["x" * 300]):
        done = run(*arguments)
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
