# shellcheck shell=bash disable=SC2154
# Scene: creates that fail.

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
