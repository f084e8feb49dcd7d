# shellcheck shell=bash disable=SC2154
# Scenes: what xl says of a host without guests, and of guests that do what they are asked.

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

# The main path: a guest with disk and network, looked at while it is built, changed while it runs,
# shut down, kept, destroyed.
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
