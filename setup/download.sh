# shellcheck shell=bash
# Downloads of single files, held against the sums that this repository keeps. Sourced, not run; `checksums` is the file of sums.
#
# Invariant: what differs from its sum, or has none, is never left under the name that was asked for.

# download URL FILE: fails at once where the network does not let it through.
download() { curl --fail --silent --location --connect-timeout 5 --max-time 180 --output "$2" "$1"; }

# sum_of FILE
sum_of() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# pinned NAME: the sum that this repository keeps, if it keeps one.
pinned() { awk -v name="$1" '$1 !~ /^#/ && $2 == name { print $1 }' "${checksums:?}"; }

# published URL: the sum that a file's publisher has beside it, under this address.
published() {
    local beside
    beside=$(mktemp)
    if download "$1" "$beside"; then cut -d ' ' -f 1 "$beside" | head -n 1; fi
    rm -f "$beside"
}

# fetch NAME URL SUMS FILE: downloads URL into FILE. NAME is its line in the file of sums, SUMS the publisher's own sum. Status 1 where
# nothing can be downloaded; a file with another sum ends everything, for somebody has put another file there.
fetch() {
    local name=$1 url=$2 sums=$3 file=$4 wanted found whose="setup/checksums"
    download "$url" "$file.part" || { rm -f "$file.part"; return 1; }
    wanted=$(pinned "$name")
    if [ -z "$wanted" ]; then
        whose=$sums
        wanted=$(published "$sums")
    fi
    found=$(sum_of "$file.part")
    if ! [[ $wanted =~ ^[0-9a-f]{64}$ ]]; then
        rm -f "$file.part"
        say "$name: downloaded and not used: neither setup/checksums nor $sums has a sum of it"
        return 1
    fi
    if [ "$found" != "$wanted" ]; then
        rm -f "$file.part"
        give_up "$name is not what it should be: $url has the sum $found, $whose says $wanted. Nothing of it was kept. Look who answers there, or install $name yourself."
    fi
    mv "$file.part" "$file"
}
