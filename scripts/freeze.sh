#!/usr/bin/env bash
# Packs the program with its Python, so that people without Python can use it: dist/cardamage (one folder), and on Linux
# dist/cardamage-linux.tar.gz and an AppImage (scripts/appimage.sh). On Windows run it in Git Bash, on macOS in
# a terminal; PyInstaller packs for the system it runs on only.
#
#   scripts/freeze.sh [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-.venv/bin/python}
work=build/freeze
rm -rf "$work" dist/cardamage
mkdir -p "$work/wheels"
"$python" -m pip wheel --disable-pip-version-check --quiet --no-deps --wheel-dir "$work/wheels" .
# An environment of its own: what is not in it cannot be packed by accident (TensorFlow alone is 1.9 GB).
"$python" -m venv "$work/venv"
here=$work/venv/bin
[ -d "$here" ] || here=$work/venv/Scripts
"$here/python" -m pip install --disable-pip-version-check --quiet --progress-bar off "$work"/wheels/*.whl "pyinstaller>=6.11"
sep=$("$here/python" -c 'import os; print(os.pathsep)')
"$here/python" -m PyInstaller --noconfirm --clean --log-level WARN --onedir --name cardamage \
  --distpath dist --workpath "$work/work" --specpath "$work" \
  --collect-submodules cardamage_core --collect-submodules cardamage_gui \
  --collect-data cardamage_resources --hidden-import cardamage_resources \
  --collect-data qtawesome --collect-data fpdf --collect-submodules qtpy --collect-binaries pi_heif \
  --collect-all pypdfium2_raw --collect-data pypdfium2 \
  --copy-metadata cardamage-workbench --recursive-copy-metadata cardamage-workbench \
  --add-data "$PWD/$work/wheels/*.whl${sep}wheels" \
  --exclude-module keras --exclude-module tensorflow --exclude-module torch --exclude-module tkinter \
  --exclude-module matplotlib --exclude-module IPython \
  "$("$here/python" -c 'import cardamage_gui.__main__ as m; print(m.__file__)')"
echo "dist/cardamage: $(du -sm dist/cardamage | cut -f1) MB"
if [ "$(uname)" = Linux ]; then
  tar -C dist -czf dist/cardamage-linux.tar.gz cardamage
  scripts/appimage.sh || [ $? = 3 ]
fi
