#!/usr/bin/env bash
# Fuzzes the line reader, the JSON reader and the era switch with libFuzzer, guided by the coverage of their code.
#
#   run.sh --seconds N   for about so long (after the build)
#   run.sh --runs N      at least so many inputs
#   run.sh --build       builds and writes the seeds, no more
#   run.sh --self-test   plants faults of every kind and fails unless each is found
#
# Everything is built and kept in .build-fuzz; what was found lies in .build-fuzz/findings, one input a file:
# `.build-fuzz/fuzz FILE` runs it again. Put it into Tests/Fuzz/Regressions once it is understood.
set -euo pipefail
shopt -s nullglob
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
sources="${FUZZ_SOURCES:-$here/../../Sources}"
build="${FUZZ_BUILD:-$here/../../.build-fuzz}"
workers="${FUZZ_WORKERS:-$(nproc)}"
swiftc="${SWIFTC:-swiftc}"
# Swift's own report of a crash stands still inside libFuzzer's.
export SWIFT_BACKTRACE=enable=no

usage() { sed -n '4,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 64; }
[ $# -ge 1 ] || usage
seconds=0 runs=0 self_test=false
case "$1" in
    --seconds) seconds="${2:?}" ;;
    --runs) runs="${2:?}" ;;
    --self-test) self_test=true ;;
    --build) ;;
    *) usage ;;
esac

mkdir -p "$build/corpus" "$build/giants" "$build/findings" "$build/logs"
build="$(cd "$build" && pwd)"
house=(-swift-version 6 -O -whole-module-optimization -parse-as-library -package-name envelope
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault
    -enable-testing -I "$build" -I "$here/CFuzzer")

# compile MODULE FOLDER OBJECT [FLAG...]: compiled again only when a file of it, or what it stands on, has changed.
compile() {
    local module=$1 folder=$2 object=$3
    shift 3
    local files=()
    while IFS= read -r file; do files+=("$file"); done < <(find -L "$folder" -name '*.swift' | sort)
    local state
    state="$({ cat "${files[@]}" "$build/state"; printf '%s\n' "${files[@]}" "${house[@]}" "$@"; "$swiftc" --version 2>&1; } |
        sha256sum)"
    if [ "$(cat "$build/$object.state" 2>/dev/null)" != "$state" ]; then
        "$swiftc" "${house[@]}" "$@" -module-name "$module" -emit-module -emit-module-path "$build/$module.swiftmodule" \
            -emit-object -o "$build/$object.o" "${files[@]}"
        printf '%s' "$state" >"$build/$object.state"
    fi
    printf '%s' "$state" >>"$build/state"
}

: >"$build/state"
# Counters stand in the code under test alone: what the harness does with it is no discovery.
compile JSON "$sources/JSON" JSON -sanitize=fuzzer
compile MCP "$sources/MCP" MCP -sanitize=fuzzer
if $self_test; then
    compile Fuzz "$here/Harness" Planted -D PLANTED -sanitize=fuzzer
    program="$build/planted"
    "$swiftc" -sanitize=fuzzer "$build/"{JSON,MCP,Planted}.o -o "$program"
else
    compile Fuzz "$here/Harness" Fuzz
    program="$build/fuzz"
    "$swiftc" -sanitize=fuzzer "$build/"{JSON,MCP,Fuzz}.o -o "$program"
fi
[ -e "$build/giants/J-string" ] && [ "$build/giants/J-string" -nt "$here/seeds.py" ] ||
    python3 "$here/seeds.py" "$build/corpus" "$build/giants"

[ "$1" != --build ] || exit 0

# No input may take longer than 60 s (a busy machine is slow), hold more than 2 GB, or ask for more than 512 MB at once.
limits=(-timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=512 -dict="$here/mcp.dict" -print_final_stats=1)

if $self_test; then
    # Each planted fault alone, from the seeds alone.
    for pair in L:lines J:json S:crash J:hang J:memory S:era; do
        fault=${pair#*:} corpus="$build/planted-corpus" log="$build/logs/planted-${pair#*:}"
        rm -rf "$corpus" "$build/planted-findings"
        mkdir -p "$corpus" "$build/planted-findings"
        start=$SECONDS
        if FUZZ_LARGEST=2048 FUZZ_PLANTED=$fault "$program" "${limits[@]}" -timeout=5 -max_len=1024 -seed=1 \
            -max_total_time=180 -artifact_prefix="$build/planted-findings/" "$corpus" "$build/corpus/${pair%:*}" \
            >"$log" 2>&1; then
            echo "the planted fault '$fault' was not found in 180 s" >&2
            exit 1
        fi
        found=("$build"/planted-findings/*)
        [ ${#found[@]} -gt 0 ] || { tail -20 "$log" >&2; exit 1; }
        echo "found the planted fault '$fault' in $((SECONDS - start)) s: $(grep -aoE \
            'DOES NOT HOLD: .{0,60}|libFuzzer: [a-z-]+[a-z( -]*' "$log" | head -1)"
    done
    exit 0
fi

failed() {
    echo "fuzzing found something:" >&2
    grep -aE -B2 -A3 'DOES NOT HOLD|ERROR: |Test unit written|Fatal error' "$1" | cut -c1-600 >&2 || tail -30 "$1" >&2
    exit 1
}

# part NAME LARGEST FLAG...: a process for each target (lines, JSON, sessions), all at once; waits for them. A flag may
# say COUNT for the number of inputs that its target gets.
part() {
    local name=$1 largest=$2 pids=() target count
    shift 2
    for target in L J S; do
        mkdir -p "$build/corpus-$name/$target"
        # Sessions are slow, a request after the other: of a number of inputs they get a fifth.
        count=$((runs * $([ $target = S ] && echo 1 || echo 2) / 5 + 1))
        FUZZ_LARGEST=$largest "$program" "${limits[@]}" -artifact_prefix="$build/findings/" "${@/COUNT/$count}" \
            "$build/corpus-$name/$target" "$build/corpus/$target" >"$build/logs/$name-$target" 2>&1 &
        pids+=($!)
    done
    trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
    # One that found something ends the others: nothing is gained by letting them go on.
    for target in L J S; do
        wait -n || {
            kill "${pids[@]}" 2>/dev/null || true
            for log in "$build/logs/$name"-*; do ! grep -qa 'ERROR: ' "$log" || failed "$log"; done
            failed "$build/logs/$name-S"
        }
    done
    trap - EXIT
}

executed() { cat "$build/logs"/* | sed -n 's/^stat::number_of_executed_units: *//p' | awk '{ sum += $1 } END { print sum + 0 }'; }
rm -f "$build/logs"/*

# What was once found, and the giants, each once as it is.
log="$build/logs/giants"
files=("$build"/giants/* "$here"/Regressions/*.input)
printf '%s\0' "${files[@]}" | FUZZ_LARGEST=$((12 << 20)) xargs -0 -n 12 -P "$workers" \
    "$program" "${limits[@]}" -artifact_prefix="$build/findings/" >"$log" 2>&1 || failed "$log"
given=$(grep -ac '^Executed ' "$log")
[ "$given" -ge 90 ] || failed "$log"

# Short inputs that stand for long ones, up to 10 MB each: slow, so only for a part of the time. Then by the million.
part long $((10 << 20)) -max_len=256 -max_total_time=$((seconds > 0 ? seconds / 5 + 1 : 60))
if [ "$seconds" -gt 0 ]; then
    part short $((2 << 10)) -max_len=1024 -max_total_time=$((seconds * 4 / 5))
else
    part short $((2 << 10)) -max_len=1024 -runs=COUNT
fi
total=$(($(executed) + given))

# The corpus as it is now, read by Python's JSON too.
rm -f "$build/verdicts"
FUZZ_VERDICTS="$build/verdicts" "$program" "${limits[@]}" -runs=0 "$build/corpus-short/J" "$build/corpus/J" >"$build/logs/sample" 2>&1 ||
    failed "$build/logs/sample"
python3 "$here/check_sample.py" "$build/verdicts"

for part in long short; do
    for target in L J S; do
        log="$build/logs/$part-$target"
        echo "$part $target: $(sed -n 's/^TALLY //p' "$log"); $(sed -n 's/^RATES //p' "$log")"
    done
done
grep -aoE '[0-9]+ inline 8-bit counters' "$build/logs/short-S" | sed 's/inline.*/counters in JSON and MCP; reached:/'
for target in L J S; do echo "$target $(grep -aoE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$build/logs/short-$target" | tail -1)"; done
echo "$total inputs and nothing found"
[ "$total" -ge "$runs" ]
