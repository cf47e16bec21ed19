#!/bin/sh
# Starts the agent on the Node.js that lies beside it, whatever the host has installed. No optimising compiler, small generations, and
# memory given back at once: docs/measurements.md says what each of them is worth (npm run bench:agent).
here=$(dirname -- "$(readlink -f -- "$0")")/..
# What `run` starts is not ours: it inherits none of this.
[ "$1" = run ] || export MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=65536 MALLOC_MMAP_THRESHOLD_=65536
exec "$here/node" --no-warnings --expose-gc --max-semi-space-size=1 --max-old-space-size=64 --single-threaded-gc \
  --no-opt --no-maglev --no-sparkplug --max-lazy "$here/main.mjs" "$@"
