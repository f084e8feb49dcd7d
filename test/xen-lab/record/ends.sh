# shellcheck shell=bash disable=SC2154
# Scenes: guests that end by themselves, or are met in the middle of something.

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

races() {
  cfg twice 50 pvh 160 "$(cmdline)"
  states_on twice
  rec twice-create-parallel '(xl create -e twice.cfg; echo "first: $?") & (xl create -e twice.cfg; echo "second: $?") & wait'
  rec twice-list-v xl list -v
  states_off
  clear_all
  # An xl that dies (or is killed) in the middle leaves a half-built domain, paused, that nobody
  # finishes.
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
