#!/bin/bash
# Real Xen 4.17 with Debian 12 Dom0s under QEMU, in pure emulation (no KVM). See README.md.
#
#   lab.sh check          says "ok", or the one reason why this machine cannot run the lab (exit 3)
#   lab.sh install        installs what the host lacks (apt-get)
#   lab.sh build          makes the image, once; cached by the hash of src/
#   lab.sh boot N [--keep]  starts Dom0 number N (1..4) in the background, on a fresh disk (--keep: on the disk it had)
#   lab.sh wait N         waits until its xl answers; a boot silent for two minutes is tried once more
#   lab.sh up N           install, build, boot and wait in one
#   lab.sh ssh N CMD…     runs CMD there as root; without CMD a shell. Standard input is passed on.
#   lab.sh put N FILE PATH  copies a file there
#   lab.sh info N         how to reach it, as JSON: host, port, user, privateKeyPath, hostKey, hostKeySha256, consoleDir, …
#   lab.sh stop N         ends it at once (a power loss); --all: every node of this run folder
#   lab.sh status         the nodes of this run folder
#   lab.sh clean          removes cached images other than the current one
#
# Environment: XENLAB_RUN (folder of the running nodes, default .local/xen-lab; several labs =
# several folders), XDG_CACHE_HOME, XENLAB_MEM and XENLAB_DOM0_MEM (MiB of a node and of its Dom0:
# 2048, 512), XENLAB_SMP (2), XENLAB_MIRROR and XENLAB_SECURITY_MIRROR (default: the Debian mirrors
# that apt is set up with), XENLAB_BOOT_TIMEOUT (120 s), XENLAB=off (check says no).
set -euo pipefail
here=$(dirname "$(realpath "$0")")
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
mem=${XENLAB_MEM:-2048} dom0_mem=${XENLAB_DOM0_MEM:-512} smp=${XENLAB_SMP:-2} boot_timeout=${XENLAB_BOOT_TIMEOUT:-120}
run=$(realpath -m "${XENLAB_RUN:-$here/../../.local/xen-lab}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/xen-fleet/xen-lab
root=$cache/root-$(sha256sum < "$here/src/build-root.sh" | cut -c1-12)
image=$cache/$(cat "$here"/src/* | sha256sum | cut -c1-12)

say() { echo "xen-lab: $*" >&2; }
fail() { say "$1"; exit "${2:-1}"; }
# The node's QEMU, not some other process that was given its old pid.
alive() { [ -s "$run/$1/pid" ] && tr '\0' '\n' < "/proc/$(cat "$run/$1/pid")/cmdline" 2> /dev/null | grep -qF "file=$run/$1/disk.qcow2"; }

. "$here/host.sh"
. "$here/nodes.sh"

node() { case ${1:-} in [1-4]) echo "$1" ;; *) fail "which node? a number from 1 to 4" 2 ;; esac; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$(realpath "$0")"; }

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in boot | wait | up | ssh | put | info) n=$(node "$@") && shift ;; esac
case $command in
  check) check ;;
  install) install_packages ;;
  build) build ;;
  boot) boot "$n" "$@" ;;
  wait) wait_ready "$n" ;;
  up) up "$n" ;;
  ssh) in_dom0 "$n" "$@" ;;
  put) put "$n" "$@" ;;
  info) info "$n" ;;
  stop) if [ "${1:-}" = --all ]; then stop_all; else n=$(node "$@") && stop "$n"; fi ;;
  status) status ;;
  clean) clean ;;
  help | --help | -h) usage ;;
  *) usage >&2; exit 2 ;;
esac
