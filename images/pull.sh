# shellcheck shell=bash
# Getting the lab's images from a registry instead of building them. Sourced by images/build; needs its `id` and `forget_others`.
#
# The list of what was published (images/publish writes it) names each image with the digest of its manifest and of its
# configuration, and the hash of the sources that all were made from. All are pulled or none: the node's image holds the others.
#
# Invariant: an image is taken by its digest alone, and gets its name only when it is the one listed.

# images.published will be checked in with the first images that are published; there are none yet.
published=${DROPLAB_PUBLISHED:-$root/setup/images.published}

# What the images are made from; of the engine that made them nothing counts.
sources_hash() { inputs_hash images services agent/src agent/Cargo.toml Cargo.lock setup/oci-runtime setup/progress.sh; }

# can_pull: whether the list is of just these sources, and of every image wanted. `IMAGE…` are the names.
can_pull() {
    local image
    [ -s "$published" ] || { say "no list of published images ($published): building"; return 1; }
    [ "$(awk '$1 == "sources" {print $2}' "$published")" = "$(sources_hash)" ] ||
        { say "the sources are not those of the published images: building"; return 1; }
    for image in "$@"; do
        [ -n "$(listed "$image" 2)" ] || give_up "$published does not list $image: publish all images again, or unset DROPLAB_REGISTRY to build them."
    done
    [ -n "$(listed_node)" ] || give_up "$published does not list a node: publish all images again, or unset DROPLAB_REGISTRY to build them."
}

# listed IMAGE COLUMN: 2 is the digest of the manifest, 3 that of the configuration.
listed() { awk -v image="$1" -v column="$2" '$1 == image {print $column}' "$published"; }
listed_node() { awk '$1 ~ "^droplab/node:" {print $1; exit}' "$published"; }

# is_listed IMAGE ID: an engine calls an image by the one digest or by the other, depending on its store.
is_listed() { [ "$2" = "$(listed "$1" 2)" ] || [ "$2" = "$(listed "$1" 3)" ]; }

# pull_one IMAGE
pull_one() {
    local image=$1 from
    is_listed "$image" "$(id "$image")" && return 0
    from=$DROPLAB_REGISTRY/${image%:*}@$(listed "$image" 2)
    step "pulling $image" docker pull --quiet "$from" ||
        give_up "$from cannot be pulled: is DROPLAB_REGISTRY right? Unset it to build the images instead (a quarter of an hour, once)."
    is_listed "$image" "$(id "$from")" || give_up "$from is not the image that $published lists: nothing was named after it."
    docker tag "$from" "$image"
    # One name is enough: `droplab down` would not know the other.
    docker image rm "$from" >/dev/null
}

# pull_all IMAGE…: the node and these; prints the node's name. The node first: it is the largest, and without it the others are of no use.
pull_all() {
    local image
    for image in "$(listed_node)" "$@"; do pull_one "$image"; done
    forget_others "$(listed_node)"
    listed_node
}
