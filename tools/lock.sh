#!/usr/bin/env bash
# Rewrites both lock files from pyproject.toml: a hash for every file, no address, valid on every platform from Python 3.11 on.
#   tools/lock.sh                     keeps every version that still fits
#   tools/lock.sh --upgrade           takes the newest that fit
#   tools/lock.sh --upgrade-package nh3
# Only who changes a dependency needs this and `uv` (in PATH, or named by UV). Then bring environment.yml along: a test compares them.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
command -v "$uv" >/dev/null || { echo "uv is not there: pip install uv, or UV=/path/to/uv $0" >&2; exit 2; }

lock() {  # FILE OPTION…
    local file=$1
    shift
    "$uv" pip compile pyproject.toml --output-file "$file" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet "$@"
    echo "$file: $(grep -c '^[a-z]' "$file") packages"
}

lock requirements.lock "$@"
lock requirements-dev.lock --extra dev --constraint requirements.lock "$@"
