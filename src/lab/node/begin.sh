#!/bin/sh
# Begins a step of a hold in a node.
#
#   tasks                the folder in which the program that does steps lies
#   step                 that program (step.sh), or nothing where a step was done before
#   id, generation, way  of the step
#   does                 the step itself
if [ -n "${step?}" ]; then
    mkdir -p "${tasks:?}"
    printf '%s\n' "$step" >"$tasks/step.new"
    mv "$tasks/step.new" "$tasks/step"
fi
printf '%s\n' "${does?}" | sh "${tasks:?}/step" "${id:?}" "${generation:?}" "${way:?}"
