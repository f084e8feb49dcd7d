#!/bin/sh
# tie.sh RUN < PIPE: waits for the end of the pipe, then ends all nodes of the run folder RUN. The
# kernel closes the pipe of a caller that was killed, too, so no QEMU outlives a test run. The mark
# `abandoned` stops a boot that is under way (lab.sh with XENLAB_TIED=1).
rm -f "$1/abandoned"
echo tied
cat > /dev/null
: > "$1/abandoned"
XENLAB_RUN=$1 exec "$(dirname "$(realpath "$0")")/lab.sh" stop --all
