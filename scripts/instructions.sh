#!/bin/sh
# Counts the instructions of fixed workloads and compares them with the bounds in benches/instructions.txt.
#
# Times of a shared machine vary by a third; counts of instructions hardly at all, so they show a regression of a few per
# cent. They are counted by valgrind, for the part of the run that decides (functions under `decide_all`); loading and
# compiling the rules is left out. Run by hand:
#
#   scripts/instructions.sh            compares; exits with 1 if a bound is exceeded
#   scripts/instructions.sh --record   rewrites the bounds, 3 % above the counts
#
# Valgrind supports AVX2, but not AVX-512: the scanner uses the instructions that the processor (here: valgrind's) offers.
set -eu
cd "$(dirname "$0")/.."
bounds=benches/instructions.txt
record=${1:-}

command -v valgrind > /dev/null || { echo "valgrind is needed" >&2; exit 2; }
bench=$(cargo bench --no-default-features --bench route --no-run --message-format=json 2> /dev/null |
    sed -n 's/.*"name":"route".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
[ -n "$bench" ] || { echo "the benchmark does not build: cargo bench --no-default-features --bench route --no-run" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
grep '^#' "$bounds" > "$work/new"
grep -v '^#' "$bounds" > "$work/old"
while read -r bound rules mode name; do
    case $mode in trusted) trusted=--trusted ;; *) trusted= ;; esac
    valgrind --tool=callgrind --callgrind-out-file="$work/out" --toggle-collect='*decide_all*' \
        "$bench" "$name" --rules "$rules" --profile $trusted < /dev/null > "$work/said" 2> "$work/log" ||
        { cat "$work/log" >&2; exit 2; }
    events=$(sed -n 's/.*: \([0-9]*\) events.*/\1/p' "$work/said" | tail -n 1)
    total=$(sed -n 's/^\(summary\|totals\): \([0-9]*\).*/\2/p' "$work/out" | tail -n 1)
    [ "${events:-0}" -gt 0 ] && [ "${total:-0}" -gt 0 ] || { echo "nothing was counted: $name" >&2; exit 2; }
    each=$((total / events))
    if [ "$record" = --record ]; then
        echo "$((each * 103 / 100)) $rules $mode $name" >> "$work/new"
        echo "$each instructions an event: $name, $rules rules, $mode"
    elif [ "$each" -gt "$bound" ]; then
        echo "$each instructions an event, the bound is $bound: $name, $rules rules, $mode  WORSE"
        status=1
    else
        echo "$each instructions an event, the bound is $bound: $name, $rules rules, $mode"
    fi
done < "$work/old"
if [ "$record" = --record ]; then cp "$work/new" "$bounds"; fi
exit $status
