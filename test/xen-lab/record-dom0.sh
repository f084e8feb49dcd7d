#!/bin/bash
# record-dom0.sh OUT [SCENE…]: runs in a Dom0 of the lab, without guests, and writes one file per command. See record.sh. A scene is a function below.
#   NAME.txt          one command: `# cmd:`, `# exit:` (124: killed after the time limit), `# secs:`, stdout, stderr
#   NAME-states.txt   each change of `xl list -v` while the scene ran: seconds, then name|domid|MiB|vcpus|state|reason per domain
#   cfg/NAME.cfg      what was created
set -u
out=$1
shift
rm -rf "$out" && mkdir -p "$out/cfg" && cd "$out/cfg" || exit 1
images=/var/lib/xenfleet/images disks=/var/lib/xenfleet/disks console=/var/log/xen/console
small='console=hvc0 mitigations=off nokaslr loglevel=4'
export LC_ALL=C

rec() { # NAME COMMAND (a shell line)
  local name=$1 started code said
  shift
  said=$(mktemp -d)
  started=$EPOCHREALTIME
  timeout -k 1 "${LIMIT:-90}" bash -c "$*" > "$said/out" 2> "$said/err" < /dev/null
  code=$?
  {
    echo "# cmd: $*"
    echo "# exit: $code"
    echo "# secs: $(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}')"
    echo '--- stdout'
    cat "$said/out"
    echo '--- stderr'
    cat "$said/err"
  } > "$out/$name.txt"
  rm -r "$said"
  echo "$name: $code"
  return $code
}

states_on() { # NAME
  # shellcheck disable=SC2016
  setsid bash -c '
    start=$EPOCHREALTIME last=
    while :; do
      now=$(xl list -v 2>&1 | awk "NR > 1 {n = NF; line = \$1; for (i = 2; i <= n - 8; i++) line = line \" \" \$i; printf \"%s|%s|%s|%s|%s|%s ; \", line, \$(n-7), \$(n-6), \$(n-5), \$(n-4), \$(n-1)}")
      [ "$now" = "$last" ] || { awk -v a="$start" -v b="$EPOCHREALTIME" "BEGIN {printf \"%6.2f  \", b - a}"; echo "$now"; last=$now; }
    done' > "$out/$1-states.txt" 2> /dev/null < /dev/null &
  sampler=$!
}
states_off() { sleep "${1:-1}"; kill -- "-$sampler" 2> /dev/null; wait "$sampler" 2> /dev/null; }

uuid_of() { printf '%08x-1111-4111-8111-%012x\n' "$1" "$1"; }
# cfg NAME NUMBER TYPE MiB [LINE…]: a configuration in the style of the agent, in cfg/NAME.cfg. The guest is called lab.NAME.
cfg() {
  local name=$1 number=$2 type=$3 mem=$4
  shift 4
  {
    printf 'name = "lab.%s"\nuuid = "%s"\ntype = "%s"\nvcpus = 1\nmaxvcpus = 1\nmemory = %s\nmaxmem = %s\n' "$name" "$(uuid_of "$number")" "$type" "$mem" "$mem"
    [ "$type" = hvm ] || printf 'kernel = "%s/debian/vmlinuz"\nramdisk = "%s/debian/initrd.gz"\n' $images $images
    [ $# = 0 ] || printf '%s\n' "$@"
    printf 'on_%s = "preserve"\n' poweroff reboot crash watchdog soft_reset
  } > "$name.cfg"
}
cmdline() { echo "cmdline = \"$small${1:+ $1}\""; }
disk() { echo "disk = [ \"format=raw,vdev=xvda,access=rw,target=$disks/$1.raw\" ]"; }
said() { grep -q "$2" "$console/guest-lab.$1.log" 2> /dev/null; }
until_said() { local i; for i in $(seq 60); do ! said "$1" "$2" || return 0; sleep 1; done; echo "!! $1 never said $2"; }
state_is() { xl list -v | awk -v name="lab.$1" -v state="$2" '$1 == name && $5 ~ state {found = 1} END {exit !found}'; }
until_state() { local i; for i in $(seq 60); do ! state_is "$1" "$2" || return 0; sleep 0.5; done; echo "!! $1 never $2"; }
clear_all() { local id; for id in $(xl list | awk 'NR > 1 && $(NF-4) != 0 {print $(NF-4)}'); do xl destroy "$id" 2> /dev/null; done; rm -f $console/*; }

xl list | awk 'NR > 2 {exit 1}' || { echo 'this Dom0 has guests' >&2; exit 1; }

idle_host() {
  rec info xl info
  rec info-n xl info -n
  rec list xl list
  rec list-v-idle xl list -v
  rec list-l-idle xl list -l
  rec xenstore-mark-none xenstore-ls -f /xenfleet
  rec domid-unknown xl domid lab.nobody
  rec list-unknown xl list lab.nobody
  rec destroy-unknown xl destroy 99
  rec shutdown-unknown xl shutdown 99
  rec mem-set-unknown xl mem-set 99 64
  rec vcpu-set-unknown xl vcpu-set 99 1
  rec unknown-command xl frobnicate
}

# The main path: a guest with disk and network, looked at while it is built, changed while it runs, shut down, kept, destroyed.
pvh_life() {
  cp $images/debian.raw $disks/pvh-root.raw
  cfg pvh 1 pvh 160 "$(cmdline)" "$(disk pvh-root)" 'vif = [ "mac=02:16:3e:00:00:01,bridge=xenbr0" ]'
  sed -i 's/^maxvcpus = 1/maxvcpus = 2/; s/^maxmem = 160/maxmem = 192/' pvh.cfg
  rec pvh-create-n "xl create -n pvh.cfg"
  rec xenstore-mark-write "xenstore-write /xenfleet/$(uuid_of 1) '{\"vm\":\"lab/pvh\",\"epoch\":1}'"
  rec xenstore-mark xenstore-ls -f /xenfleet
  states_on pvh-life
  (LIMIT=120 rec pvh-create "xl create -e pvh.cfg") &
  local creating=$!
  until xl list -v | grep -q lab.pvh; do :; done
  rec pvh-building-list-v xl list -v
  rec pvh-building-list-l xl list -l # it is not in there, with exit 0
  wait $creating
  until_said pvh GUEST-READY
  rec pvh-running-list-v xl list -v
  rec pvh-running-list-l xl list -l
  rec pvh-running-list-l-one xl list -l lab.pvh
  rec pvh-domid xl domid lab.pvh
  rec pvh-block-list xl block-list lab.pvh
  rec pvh-network-list xl network-list lab.pvh
  rec pvh-uptime xl uptime lab.pvh
  rec pvh-sched xl sched-credit2 -d lab.pvh
  rec pvh-create-again "xl create -e pvh.cfg"
  rec pvh-mem-set xl mem-set lab.pvh 144
  sleep 3
  rec pvh-mem-set-list-v xl list -v
  rec pvh-mem-set-list-l xl list -l lab.pvh
  rec pvh-mem-set-up xl mem-set lab.pvh 192
  rec pvh-mem-set-too-much xl mem-set lab.pvh 300
  rec pvh-vcpu-set xl vcpu-set lab.pvh 2
  sleep 3
  rec pvh-vcpu-set-list-v xl list -v
  rec pvh-vcpu-set-list-l xl list -l lab.pvh
  rec pvh-vcpu-set-too-many xl vcpu-set lab.pvh 3
  rec pvh-pause xl pause lab.pvh
  rec pvh-paused-list-v xl list -v
  rec pvh-unpause xl unpause lab.pvh
  rec pvh-shutdown xl shutdown lab.pvh
  until_state pvh '---s'
  rec pvh-off-list-v xl list -v
  rec pvh-off-list-l xl list -l
  rec pvh-off-shutdown xl shutdown lab.pvh
  rec pvh-off-mem-set xl mem-set lab.pvh 160
  rec pvh-off-create-again "xl create -e pvh.cfg"
  rec pvh-destroy xl destroy lab.pvh
  rec pvh-gone-list-v xl list -v
  rec pvh-gone-destroy xl destroy lab.pvh
  states_off
  rec xenstore-mark-rm "xenstore-rm /xenfleet/$(uuid_of 1)"
  cp "$console/guest-lab.pvh.log" "$out/pvh-console.txt"
}

# What a guest does to itself, kept by on_*="preserve".
ends_by_itself() {
  local act number=10
  for act in poweroff reboot crash; do
    number=$((number + 1))
    cfg "self-$act" $number pvh 160 "$(cmdline "lab.act=${act}2")"
    states_on "self-$act"
    rec "self-$act-create" "xl create -e self-$act.cfg"
    until_state "self-$act" '---s'
    rec "self-$act-list-v" xl list -v
    states_off
    xl destroy "lab.self-$act"
  done
  cfg asked-reboot 14 pvh 160 "$(cmdline)"
  rec asked-reboot-create "xl create -e asked-reboot.cfg"
  until_said asked-reboot GUEST-READY
  rec asked-reboot xl reboot lab.asked-reboot
  until_state asked-reboot '---s'
  rec asked-reboot-list-v xl list -v
  xl destroy lab.asked-reboot
}

ignores_shutdown() {
  cfg deaf 20 pvh 160 "$(cmdline lab.act=deaf)"
  rec deaf-create "xl create -e deaf.cfg"
  until_said deaf GUEST-READY
  rec deaf-shutdown xl shutdown lab.deaf
  sleep 5
  rec deaf-list-v xl list -v
  states_on deaf-destroy
  rec deaf-destroy xl destroy lab.deaf
  states_off
}

other_types() {
  cfg pv 21 pv 128 "$(cmdline)"
  rec pv-create "xl create -e pv.cfg"
  until_said pv GUEST-READY
  rec pv-list-v xl list -v
  rec pv-list-l xl list -l
  rec pv-shutdown xl shutdown lab.pv
  until_state pv '---s'
  xl destroy lab.pv
  truncate -s 1M $disks/hvm-root.raw
  cfg hvm 22 hvm 64 'firmware = "bios"' 'boot = "cdn"' 'vnc = 0' 'sdl = 0' "disk = [ \"format=raw,vdev=hda,access=rw,target=$disks/hvm-root.raw\" ]"
  states_on hvm
  rec hvm-create "xl create -e hvm.cfg"
  sleep 3
  rec hvm-list-v xl list -v
  rec hvm-list-l xl list -l
  rec hvm-shutdown-no-drivers xl shutdown lab.hvm
  rec hvm-shutdown-F xl shutdown -F lab.hvm
  sleep 2
  rec hvm-list-v-after-F xl list -v
  rec hvm-destroy xl destroy lab.hvm
  states_off
}

created_paused() {
  cfg paused 23 pvh 160 "$(cmdline)"
  rec paused-create "xl create -e -p paused.cfg"
  rec paused-list-v xl list -v
  rec paused-shutdown xl shutdown lab.paused
  rec paused-destroy xl destroy lab.paused
}

failures() {
  cp $images/debian.raw $disks/fail.raw
  local f=30
  fail_cfg() { f=$((f + 1)); cfg "$1" $f pvh "${MEM:-160}" "$(cmdline)" "${@:2}"; }
  try() { rec "$1" "xl create -e $1.cfg"; }
  fail_cfg fail-kernel && sed -i 's/vmlinuz/nosuchkernel/' fail-kernel.cfg && try fail-kernel
  fail_cfg fail-ramdisk && sed -i 's/initrd.gz/nosuchinitrd/' fail-ramdisk.cfg && try fail-ramdisk
  fail_cfg fail-not-a-kernel && sed -i 's,debian/vmlinuz,debian.raw,' fail-not-a-kernel.cfg && try fail-not-a-kernel
  fail_cfg fail-disk-file "$(disk nosuchdisk)" && try fail-disk-file
  fail_cfg fail-disk-phy 'disk = [ "format=raw,vdev=xvda,access=rw,target=/dev/nosuchdevice" ]' && try fail-disk-phy
  fail_cfg fail-disk-spec 'disk = [ "format=strange,vdev=xvda,access=rw,target=/x" ]' && try fail-disk-spec
  fail_cfg fail-bridge 'vif = [ "mac=02:16:3e:00:00:31,bridge=xenbr9" ]' && try fail-bridge
  fail_cfg fail-syntax 'vif = [ "mac=02:16:3e' && try fail-syntax
  fail_cfg fail-type && sed -i 's/"pvh"/"pvx"/' fail-type.cfg && try fail-type
  fail_cfg fail-uuid && sed -i 's/^uuid.*/uuid = "not-a-uuid"/' fail-uuid.cfg && try fail-uuid
  MEM=4000 fail_cfg fail-memory && try fail-memory
  rec fail-no-cfg "xl create -e nosuch.cfg"
  rec fail-option "xl create --no-such-option fail-kernel.cfg"
  rec fail-list-v-after xl list -v
  fail_cfg same-name && try same-name
  fail_cfg same-name-2 && sed -i 's/lab.same-name-2/lab.same-name/' same-name-2.cfg && try same-name-2
  fail_cfg same-uuid && sed -i "s/^uuid.*/$(grep ^uuid same-name.cfg)/" same-uuid.cfg && try same-uuid
  rec same-uuid-list-v xl list -v
}

races() {
  cfg twice 50 pvh 160 "$(cmdline)"
  states_on twice
  rec twice-create-parallel '(xl create -e twice.cfg; echo "first: $?") & (xl create -e twice.cfg; echo "second: $?") & wait'
  rec twice-list-v xl list -v
  states_off
  clear_all
  # An xl that dies (or is killed) in the middle leaves a half-built domain, paused, that nobody finishes.
  cp $images/debian.raw $disks/pvh-root.raw
  states_on killed-create
  rec killed-create 'timeout -s KILL 2.5 xl create -e pvh.cfg'
  sleep 1
  rec killed-create-list-v xl list -v
  rec killed-create-list-l xl list -l
  rec killed-create-create-again 'xl create -e pvh.cfg'
  states_off
  rec killed-create-list-v-after xl list -v
}

# A domain without a name: at its birth and at its death.
nameless() {
  cp $images/debian.raw $disks/pvh-root.raw
  cfg nameless 60 pvh 160 "$(cmdline)" "$(disk pvh-root)"
  (rec nameless-create 'xl create -e nameless.cfg') &
  local creating=$!
  for _ in $(seq 40); do rec nameless-birth-list-v xl list -v > /dev/null; ! grep -q '^(null)' "$out/nameless-birth-list-v.txt" || break; done
  wait $creating
  (rec nameless-destroy xl destroy lab.nameless) &
  creating=$!
  for _ in $(seq 40); do rec nameless-death-list-v xl list -v > /dev/null; ! grep -q '^(null)' "$out/nameless-death-list-v.txt" || break; done
  wait $creating
  grep -q '^(null)' "$out/nameless-death-list-v.txt" || rm "$out/nameless-death-list-v.txt" # too short a moment this time
}

# A shutdown or a destroy that meets a guest in the middle of its start.
early_ends() {
  cfg early 61 pvh 160 "$(cmdline)"
  states_on early-shutdown
  rec early-create 'xl create -e early.cfg'
  LIMIT=150 rec early-shutdown xl shutdown lab.early
  rec early-shutdown-list-v xl list -v
  sleep 20
  rec early-shutdown-list-v-later xl list -v
  states_off
  clear_all
  cp $images/debian.raw $disks/pvh-root.raw
  cfg cut 62 pvh 160 "$(cmdline)" "$(disk pvh-root)"
  states_on cut
  (LIMIT=120 rec cut-create 'xl create -e cut.cfg') &
  local creating=$!
  until xl list -v | grep -q 'lab.cut .* 1 *--p'; do :; done
  rec cut-destroy xl destroy lab.cut
  wait $creating
  rec cut-list-v xl list -v
  states_off
}

scenes=("$@")
[ $# != 0 ] || scenes=(idle_host pvh_life nameless ends_by_itself ignores_shutdown other_types created_paused early_ends failures races)
for scene in "${scenes[@]}"; do
  $scene
  clear_all
done
