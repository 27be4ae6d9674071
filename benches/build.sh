#!/usr/bin/env bash
# What a first build costs, against an earlier commit:
#
#   bash benches/build.sh [ROUNDS] [OLD] [NEW]      3 rounds, 9605707 and HEAD unless said otherwise
#
# Each commit is cloned and built from nothing in a folder of its own, in turn, with crates that are
# downloaded already. Figures are seconds on the clock and of processor time (user and system); the
# latter move less where other programs run beside. Lines begin with `round`, `mean` or `ratio`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly ROUNDS=${1:-3} OLD=${2:-9605707} NEW=${3:-HEAD}
WORK=$(mktemp -d)
readonly WORK
trap 'rm -rf "$WORK"' EXIT
unset CARGO_TARGET_DIR
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0

# timed COMMAND...: "CLOCK CPU" in seconds.
timed() {
    local TIMEFORMAT='%R %U %S'
    { time "$@" >"$WORK/log" 2>&1 </dev/null || { tail -n 20 "$WORK/log" >&2; exit 1; }; } 2>&1 |
        awk 'NF == 3 { printf "%.1f %.1f\n", $1, $2 + $3; found = 1; next } { print > "/dev/stderr" }
             END { exit !found }'
}

for name in old new; do
    revision=$OLD
    [ "$name" = new ] && revision=$(git rev-parse "$NEW")
    git clone --quiet --no-hardlinks . "$WORK/$name"
    git -C "$WORK/$name" checkout --quiet --detach "$revision"
    (cd "$WORK/$name" && cargo fetch --locked --quiet)
done

for ((round = 1; round <= ROUNDS; round++)); do
    for name in old new; do
        cd "$WORK/$name"
        rm -rf target
        run=$(timed cargo run --release --locked --quiet)
        touch src/lib.rs
        again=$(timed cargo build --release --locked --quiet)
        size=$(stat -c %s target/release/permspec)
        rm -rf target
        test=$(timed cargo test --no-run --locked --quiet)
        # shellcheck disable=SC2086 # two figures each
        printf 'round %d %s  cargo run --release: %s s, %s s CPU; this crate again: %s s, %s s CPU; cargo test --no-run: %s s, %s s CPU; program: %d bytes\n' \
            "$round" "$name" $run $again $test "$size"
        # shellcheck disable=SC2086
        echo "$name" $run $again $test >>"$WORK/figures"
    done
done

awk '
    { rows[$1]++; for (i = 2; i <= NF; i++) sum[$1, i] += $i }
    END {
        split("run run-cpu crate crate-cpu test test-cpu", what, " ")
        for (i = 1; i <= 6; i++) {
            before = sum["old", i + 1] / rows["old"]; after = sum["new", i + 1] / rows["new"]
            printf "mean %s: old %.1f s, new %.1f s\n", what[i], before, after
            printf "ratio %s: %.2f\n", what[i], after / before
        }
    }' "$WORK/figures"
