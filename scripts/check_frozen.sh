#!/usr/bin/env bash
# Tries what scripts/freeze.sh made as its user would: doctor, an import, a prediction, a claim with its report, the window
# under Xvfb.
#
#   scripts/check_frozen.sh [PROGRAM]     e.g. dist/cardamage-linux.AppImage instead of the folder
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-dist/cardamage/cardamage}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $program in
*.AppImage) # without FUSE, as in containers; it would unpack itself for each command
  (cd "$work" && "$program" --appimage-extract >/dev/null)
  program=$work/squashfs-root/AppRun
  ;;
esac
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
"$program" assess drawn/val --out claims --claim 1
claim=$(ls -d claims/claims/* | head -n 1)
"$program" report "$claim" --out report.pdf report.html
ls -la report.pdf report.html
xvfb-run -a timeout -s TERM 15 "$program" project || [ $? = 124 ]
echo "The frozen program works: ${1:-dist/cardamage}."
