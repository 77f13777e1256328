#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment, and does there what a person does first: doctor, a prediction
# on a drawn photo, the window. From another folder, so that nothing of this one is seen.
#
#   scripts/check_wheel.sh [PYTHON]     the wheel stays in build/wheels
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-.venv/bin/python}
wheels=$PWD/build/wheels
versions=$PWD/scripts/constraints.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$wheels" build/lib build/bdist.*
"$python" -m pip wheel --disable-pip-version-check --quiet --no-deps --wheel-dir "$wheels" .
"$python" -m venv "$work/venv"
empty=$(du -sm "$work/venv" | cut -f1)
cd "$work"
venv/bin/python -m pip install --disable-pip-version-check --quiet --progress-bar off --constraint "$versions" \
  "$wheels"/cardamage_workbench-*.whl
venv/bin/cardamage doctor | tail -n 20
venv/bin/python - <<'PYTHON'
from cardamage_core.demo import samples
from pathlib import Path
samples.draw_splits(Path("drawn"), {"val": 2})
PYTHON
venv/bin/cardamage predict drawn/val --out out --json | head -c 400
ls out/*.png
QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} HOME=$work timeout 60 venv/bin/python - <<'PYTHON'
import sys
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication
QTimer.singleShot(0, lambda: QTimer.singleShot(1500, QApplication.quit))
from cardamage_gui import app
sys.exit(app.main([]))
PYTHON
size=$(($(du -sm venv | cut -f1) - empty))
echo "The wheel works: doctor, prediction, window. $(du -m "$wheels"/*.whl | cut -f1) MB, $size MB installed."
most=780  # what other packages grow by is not to stop us at once
if [ "$size" -gt "$most" ]; then
  echo "More than $most MB are too many. The largest:" >&2
  du -sm venv/lib/python3.*/site-packages/* | sort -rn | head -n 12 >&2
  exit 1
fi
