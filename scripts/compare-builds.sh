#!/usr/bin/env bash
# Shows that a change which should change nothing did: runs two builds of the command beside each
# other.
#
#   scripts/compare-builds.sh OLD NEW --images FOLDER [--data SPEC FLOAT-MODEL] MODEL...
#
#   OLD, NEW      two `signet` executables
#   --images      images whose scores by every MODEL, kernel set and number of threads are compared
#   --data        also binarizes FLOAT-MODEL on 1,024 images of SPEC, at efforts 0 and 2 with one and
#                 two codes, and compares the files
#
# Prints "same" or "DIFFERS" per comparison and the median ratio of latencies, NEW / OLD, of ten
# alternating runs; exits 1 if anything differs. REPEATS=0 leaves the latencies out.
set -euo pipefail

usage() {
  sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
  exit 64
}

[ $# -ge 2 ] || usage
old=$1 new=$2
shift 2
images='' data='' float=''
models=()
while [ $# -gt 0 ]; do
  case $1 in
    --images) images=${2:?$(usage)} && shift 2 ;;
    --data) data=${2:?$(usage)} && float=${3:?$(usage)} && shift 3 ;;
    -*) usage ;;
    *) models+=("$1") && shift ;;
  esac
done
[ -n "$images$data" ] || usage

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
different=0

# report NAME FILE FILE
report() {
  if cmp -s "$2" "$3"; then
    printf '%-52s same\n' "$1"
  else
    printf '%-52s DIFFERS\n' "$1"
    different=1
  fi
}

# scores EXECUTABLE SET THREADS MODEL OUTPUT: fails where the processor lacks the set.
scores() {
  SIGNET_KERNELS=$2 "$1" predict "$4" "$images"/* --threads "$3" --json >"$5" 2>"$folder/error" || {
    grep -q 'cannot run\|unavailable\|not available' "$folder/error" && return 1
    cat "$folder/error" >&2
    exit 1
  }
}

if [ -n "$images" ]; then
  for model in "${models[@]}"; do
    for set in reference avx2 avx512 amx neon; do
      for threads in 1 2; do
        scores "$old" $set $threads "$model" "$folder/old" || continue 2
        scores "$new" $set $threads "$model" "$folder/new"
        report "$(basename "$model") $set, $threads threads" "$folder/old" "$folder/new"
      done
    done
  done
fi

if [ -n "$data" ]; then
  for effort in 0 2; do
    for codes in 1 2; do
      for build in old new; do
        "${!build}" binarize "$float" --data "$data" --limit 1024 --effort $effort --codes $codes \
          --threads 1 -o "$folder/$build.signet" >/dev/null 2>"$folder/error" || {
          cat "$folder/error" >&2
          exit 1
        }
      done
      report "binarize, effort $effort, $codes codes" "$folder/old.signet" "$folder/new.signet"
    done
  done
fi

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

milliseconds() {
  "$1" benchmark "$2" --threads 1 --json 2>/dev/null |
    sed -n 's/.*"medianMilliseconds" *: *\([0-9.]*\).*/\1/p' | head -1
}

for model in "${models[@]}"; do
  [ "${REPEATS:-10}" -gt 0 ] || break
  for ((run = 0; run < ${REPEATS:-10}; run++)); do
    before=$(milliseconds "$old" "$model")
    after=$(milliseconds "$new" "$model")
    awk "BEGIN { print $after / $before }"
  done | median | sed "s/^/$(basename "$model"), latency of new over old: /"
done
exit $different
