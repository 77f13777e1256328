#!/usr/bin/env bash
# What has to be there before CarDamage runs? System libraries for Qt, a virtual environment in .venv, our packages.
#
#   scripts/setup.sh          to use CarDamage, trainings included
#   scripts/setup.sh test     to test it, too
#
# Quick when everything is there. Works as root, or as a user who may sudo; elsewhere it says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
extras=${1:-}
say() { printf '%s\n' "$*" >&2; }

# ---- A Python that fits --------------------------------------------------------------------------------------------

python_fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && python_fits "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
}

can_make_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

# ---- System packages (Debian, Ubuntu) ------------------------------------------------------------------------------

# Package and the library it brings: Qt's xcb plugin, which the window needs, and what Qt needs in any case.
libraries='
libgl1 libGL.so.1
libegl1 libEGL.so.1
libglib2.0-0 libglib-2.0.so.0
libfontconfig1 libfontconfig.so.1
libfreetype6 libfreetype.so.6
libdbus-1-3 libdbus-1.so.3
libxkbcommon0 libxkbcommon.so.0
libxkbcommon-x11-0 libxkbcommon-x11.so.0
libx11-xcb1 libX11-xcb.so.1
libxcb-icccm4 libxcb-icccm.so.4
libxcb-image0 libxcb-image.so.0
libxcb-keysyms1 libxcb-keysyms.so.1
libxcb-randr0 libxcb-randr.so.0
libxcb-render-util0 libxcb-render-util.so.0
libxcb-shape0 libxcb-shape.so.0
libxcb-xinerama0 libxcb-xinerama.so.0
libxcb-xkb1 libxcb-xkb.so.1
'

missing_packages() {
  local known package library
  known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
  while read -r package library; do
    if [ -n "$package" ] && ! grep -q "$library" <<<"$known"; then echo "$package"; fi
  done <<<"$libraries"
  if [ -z "$(fc-list 2>/dev/null)" ]; then echo fontconfig fonts-dejavu-core; fi
  local python
  python=$(find_python)
  if [ -z "$python" ]; then
    echo python3 python3-venv
  elif ! can_make_venv "$python"; then
    echo "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  fi
}

# Debian and Ubuntu renamed some libraries when time became 64 bits wide.
name_here() {
  if [ -n "$(apt-cache show "$1" 2>/dev/null)" ] || [ -z "$(apt-cache show "$1t64" 2>/dev/null)" ]; then
    echo "$1"
  else
    echo "$1t64"
  fi
}

install_packages() {
  local packages=("$@") as_root=() names=() package
  if ! command -v apt-get >/dev/null; then
    say "Missing: ${packages[*]} (names on Debian). There is no apt-get here: install their equivalents by hand."
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || ! sudo -v; then
      say "Missing system packages, and this user may not install any. Ask an administrator to run:"
      say "  apt-get install ${packages[*]}"
      return 1
    fi
    as_root=(sudo)
  fi
  say "Installing system packages: ${packages[*]}"
  "${as_root[@]}" apt-get update -qq </dev/null
  for package in "${packages[@]}"; do names+=("$(name_here "$package")"); done
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${names[@]}" </dev/null >/dev/null
}

if [ "$(uname)" = Linux ]; then
  read -r -d '' -a missing < <(missing_packages | tr '\n' ' ') || true
  if [ ${#missing[@]} -gt 0 ] && ! install_packages "${missing[@]}"; then
    say "Going on; what needs these packages will say so."
  fi
fi

# ---- Our packages --------------------------------------------------------------------------------------------------

python=$(find_python)
if [ -z "$python" ]; then
  say "CarDamage needs Python 3.11, 3.12 or 3.13, and found none. Name one with PYTHON=/path/to/python3.11."
  exit 1
fi
if [ ! -x .venv/bin/python ] || ! python_fits .venv/bin/python; then
  say "Making a virtual environment in .venv"
  rm -rf .venv
  "$python" -m venv .venv
fi

wanted=(train)
if [ -n "$extras" ]; then wanted+=("$extras"); fi
if [ "$(uname)" = Linux ] && nvidia-smi >/dev/null 2>&1; then wanted+=(gpu); fi

# Installed already, with at least these extras, the same setup.cfg and the same versions? Then there is nothing to do.
stamp=.venv/.cardamage
sums=$(cat setup.cfg pyproject.toml scripts/constraints.txt | cksum)
is_installed() {
  local extra
  [ -f $stamp ] && grep -qxF "$sums" $stamp || return 1
  for extra in "${wanted[@]}"; do grep -qxF "extra $extra" $stamp || return 1; done
}
if ! is_installed; then
  say "Installing CarDamage and what it needs (about 1 GB; a few minutes the first time)"
  # Before the distribution was called cardamage-workbench it was called cardamage and owned the same command.
  if [ -n "$(find .venv -maxdepth 5 -name 'cardamage-*.dist-info')" ]; then
    .venv/bin/python -m pip uninstall --quiet --yes cardamage </dev/null
  fi
  list=$(IFS=,; echo "${wanted[*]}")
  .venv/bin/python -m pip install --disable-pip-version-check --quiet --progress-bar off \
    --constraint scripts/constraints.txt --editable ".[$list]" </dev/null &
  pip=$!
  # Without a terminal a dot now and then shows that pip is alive.
  while kill -0 $pip 2>/dev/null; do
    sleep 1
    if [ $((SECONDS % 10)) = 0 ]; then printf '.' >&2; fi
  done
  say ""
  wait $pip || { say "pip could not install CarDamage; see above."; exit 1; }
  { echo "$sums"; for extra in "${wanted[@]}"; do echo "extra $extra"; done; } >$stamp
fi
