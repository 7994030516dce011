#!/usr/bin/env bash
# Checks the Markdown pages, DocC articles included, without the network:
#   links      every relative link leads to a file, every anchor to a heading
#   equations  those of Documentation/method.md are numbered in order, and what the code calls
#              "method.md, equation N" is there
#   commands   what pages tell to type are commands and options that signet has
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec python3 scripts/check_links.py
