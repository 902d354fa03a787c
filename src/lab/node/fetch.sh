#!/bin/sh
# Brings the agent out of its image (`image`) to its place in the node (`place`), unless it is there already; by the image's digest,
# so that a newer one is another one.
digest=$(ctr -n k8s.io images ls name=="${image:?}" | awk 'NR == 2 { print $3 }')
[ -n "$digest" ] || {
    echo "the node has no image $image: make images, then droplab up"
    exit 1
}
if [ "$(cat "${place:?}.digest" 2>/dev/null)" != "$digest" ]; then
    mkdir -p "${place%/*}/image"
    ctr -n k8s.io images mount "$image" "${place%/*}/image" >/dev/null
    cp "${place%/*}/image/agent" "$place.new" && mv "$place.new" "$place" && echo "$digest" >"$place.digest"
    ctr -n k8s.io images unmount --rm "${place%/*}/image" >/dev/null
fi
