#!/usr/bin/env bash
# Sets everything up and shows what CarDamage does: drawn photos, a short training, predicted damage, the window.
# Arguments go to `cardamage demo`, e.g. --no-window.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-2}
exec .venv/bin/cardamage demo --out .demo "$@"
