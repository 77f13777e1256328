#!/usr/bin/env bash
# Sets everything up and runs the tests, a file at a time on each processor core (at most four: each may hold TensorFlow).
# Arguments go to pytest; `-n 0` runs them one after the other, which `--pdb` and `-s` need.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-2} QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
exec .venv/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder "$@"
