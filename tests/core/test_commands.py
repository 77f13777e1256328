"""The frame of the command line."""

import io
import json
import os
import subprocess
import sys

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
