#!/usr/bin/env bash
# Tries the frozen program of scripts/freeze.sh as its user would: doctor, an import, a prediction, the window under Xvfb.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$PWD/dist/cardamage/cardamage
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python - "$work/drawn" <<'PYTHON'
import sys
from pathlib import Path
from cardamage_core.demo import samples
samples.draw_splits(Path(sys.argv[1]), {"val": 2})
PYTHON
cd "$work"
export HOME=$work PATH=/usr/bin:/bin
"$program" doctor | tail -n 20
"$program" import project drawn/val/via_region_data.json
"$program" check project
"$program" predict drawn/val --out out --json | head -c 300
ls out/*.png
"$program" assess drawn/val --out claims --claim 1 && ls claims
xvfb-run -a timeout -s TERM 15 "$program" project || [ $? = 124 ]
echo "The frozen program works."
