"""The frame of the command line."""

import io
import json
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
