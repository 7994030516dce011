#!/usr/bin/env bash
# Shows that a change which should change nothing did: runs two builds of the command beside each
# other.
#
#   scripts/compare-builds.sh OLD NEW --images FOLDER [--data SPEC FLOAT-MODEL] MODEL...
#
#   OLD, NEW      two `signet` executables
#   --images      images whose scores by every MODEL, kernel set and number of threads are compared
#   --data        also binarizes FLOAT-MODEL in many ways on images of SPEC, interrupted and resumed,
#                 too, and compares the files; CALIBRATION=256 takes 256 images instead of 1,024
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

# binarized EXECUTABLE OUTPUT OPTION...
binarized() {
  local executable=$1 output=$2
  shift 2
  "$executable" binarize "$float" --data "$data" --limit "${CALIBRATION:-1024}" --threads 2 "$@" \
    -o "$output" >/dev/null 2>"$folder/error" || {
    cat "$folder/error" >&2
    exit 1
  }
}

# interrupted EXECUTABLE OUTPUT OPTION...: stopped once the first layers are done, then taken up again.
interrupted() {
  local executable=$1 output=$2 running
  shift 2
  "$executable" binarize "$float" --data "$data" --limit "${CALIBRATION:-1024}" --threads 2 "$@" \
    -o "$output" >/dev/null 2>"$folder/error" &
  running=$!
  until grep -q '^ *[0-9]*/[0-9]* ' "$folder/error" || ! kill -0 $running 2>/dev/null; do
    sleep 0.1
  done
  kill -TERM $running 2>/dev/null || true
  wait $running || true
  grep -q 'interrupted' "$folder/error" || echo 'the run below was not stopped in the middle'
  binarized "$executable" "$output" "$@"
}

if [ -n "$data" ]; then
  while read -r options; do
    for build in old new; do
      # shellcheck disable=SC2086 # words of an option list
      binarized "${!build}" "$folder/$build.signet" $options
    done
    report "binarize $options" "$folder/old.signet" "$folder/new.signet"
  done <<'OPTIONS'
--effort 0 --codes 1
--effort 0 --codes 2
--effort 2 --codes 1
--effort 2 --codes 2
--effort 0 --budget 1.5
--effort 0 --sensitivity
--method bwn
--method error-feedback
--paper
--symmetric --effort 1
--no-compensate --no-fisher --no-refit --no-center --effort 1
--keep none --effort 1 --ridge 0.2 --seed 7
--memory 580MiB --effort 0
OPTIONS
  binarized "$old" "$folder/old.signet" --effort 1
  rm -f "$folder/new.signet"
  interrupted "$new" "$folder/new.signet" --effort 1
  report "binarize --effort 1, interrupted" "$folder/old.signet" "$folder/new.signet"
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
