#!/usr/bin/env bash
# Checks that every relative link in the Markdown files leads to a file in the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

broken=0
checked=0
while IFS= read -r page; do
  while IFS= read -r target; do
    case $target in
      *://* | mailto:* | '#'*) continue ;;
    esac
    checked=$((checked + 1))
    path=${target%%#*}
    if [ ! -e "$(dirname "$page")/$path" ]; then
      printf '%s: no such file: %s\n' "$page" "$target" >&2
      broken=$((broken + 1))
    fi
  done < <(sed 's/`[^`]*`//g' "$page" | grep -oE '\]\([^)[:space:]]+\)' | sed 's/^](//; s/)$//')
done < <(git ls-files --cached --others --exclude-standard '*.md')

printf '%d links checked, %d broken\n' "$checked" "$broken"
[ "$broken" = 0 ]
