#!/bin/bash
# main.sh OUT [SCENE…]: runs in a Dom0 of the lab, without guests, and writes one file per command.
# See ../record.sh. A scene is a function of the files beside this one.
#   NAME.txt          one command: `# cmd:`, `# exit:` (124: killed after the time limit), `# secs:`,
#                     stdout, stderr
#   NAME-states.txt   each change of `xl list -v` while the scene ran: seconds, then
#                     name|domid|MiB|vcpus|state|reason per domain
#   cfg/NAME.cfg      what was created
set -u
here=$(dirname "$(realpath "$0")")
out=$1
shift
rm -rf "$out" && mkdir -p "$out/cfg" && cd "$out/cfg" || exit 1
# shellcheck disable=SC2034 # used by the files below
images=/var/lib/xenfleet/images disks=/var/lib/xenfleet/disks console=/var/log/xen/console
# shellcheck disable=SC2034
small='console=hvc0 mitigations=off nokaslr loglevel=4'
export LC_ALL=C
. "$here/lib.sh"
. "$here/lives.sh"
. "$here/ends.sh"
. "$here/failures.sh"

xl list | awk 'NR > 2 {exit 1}' || { echo 'this Dom0 has guests' >&2; exit 1; }

scenes=("$@")
[ $# != 0 ] || scenes=(idle_host pvh_life nameless ends_by_itself ignores_shutdown other_types created_paused early_ends failures races)
for scene in "${scenes[@]}"; do
  $scene
  clear_all
done
