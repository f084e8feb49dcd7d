#!/bin/bash
# record.sh [N [SCENE…]]: records what the real xl says, on node N (default 1; it must be up and
# without guests), into ../fixtures/xl/.
# The scenes are in record/, which runs in the Dom0 itself. All of them take about 12 minutes, and
# replace every file.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
n=${1:-1}
[ $# = 0 ] || shift
out=$here/../fixtures/xl
"$here/lab.sh" ssh "$n" 'mkdir -p /root/record' < /dev/null
for file in "$here"/record/*.sh; do "$here/lab.sh" put "$n" "$file" "/root/record/$(basename "$file")"; done
"$here/lab.sh" ssh "$n" "bash /root/record/main.sh /root/fixtures $* 2>&1 | tee /root/record.log" < /dev/null
mkdir -p "$out/cfg"
[ $# != 0 ] || rm -f "$out"/*.txt "$out"/cfg/*.cfg
"$here/lab.sh" ssh "$n" 'tar -C /root/fixtures -cf - .' < /dev/null | tar -C "$out" -xf - --no-same-owner
echo "recorded $(ls "$out"/*.txt | wc -l) files"
