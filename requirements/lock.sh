#!/bin/sh
# Renews the hashed requirement files. They name packages, versions and hashes, and no index.
set -eu
cd "$(dirname "$0")/.."
UV="${UV:-.venv/bin/uv}"
set -- --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --quiet
"$UV" pip compile "$@" --extra web pyproject.toml requirements/build.in -o requirements/run.txt
"$UV" pip compile "$@" --constraint requirements/run.txt --extra web pyproject.toml --group dev --group docs requirements/build.in -o requirements/dev.txt
"$UV" pip compile "$@" --no-deps requirements/node.in -o requirements/node.txt
"$UV" pip compile "$@" requirements/basemap.in -o requirements/basemap.txt
