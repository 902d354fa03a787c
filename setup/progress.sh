# shellcheck shell=bash
# How the scripts of this project say what they do. Sourced, not run.
#
# Invariant: nothing that takes longer than ten seconds is silent, and everything said goes to standard error.

topic=${topic:-droplab}

# say WORDS…: one line of progress.
say() { printf '%-8s%s\n' "$topic" "$*" >&2; }

# give_up WORDS…: the one sentence that says what to do, and the exit code for "this host lacks something".
give_up() { say "$*"; exit 5; }

# step WHAT COMMAND…: runs the command with its output kept in a file; says what it does, every ten seconds for how long
# already, and at the end how long it took. When it fails the last lines of its output are shown.
step() {
    local what=$1 log started=$SECONDS next=10 code=0
    shift
    log=$(mktemp)
    say "$what …"
    "$@" >"$log" 2>&1 &
    local pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - started)) -ge "$next" ]; then
            say "$what … $((SECONDS - started)) s"
            next=$((next + 10))
        fi
    done
    wait "$pid" || code=$?
    if [ "$code" -ne 0 ]; then
        say "$what failed after $((SECONDS - started)) s; its last words:"
        tail -n 25 "$log" >&2
        rm -f "$log"
        return "$code"
    fi
    say "$what: done in $((SECONDS - started)) s"
    rm -f "$log"
}

# inputs_hash PATH|WORD…: twelve characters that change when a file below changes, in name or content, or when a word
# does. What the builds themselves put beside their sources (jars, target) does not count.
inputs_hash() {
    local input
    for input in "$@"; do
        if [ -e "$input" ]; then
            find "$input" -type f ! -path '*/jars/*' ! -path '*/jars.part/*' ! -path '*/target/*' -print0 |
                LC_ALL=C sort -z | xargs -0 sha256sum
        else
            echo "$input"
        fi
    done | sha256sum | cut -c1-12
}
