#!/bin/bash
# build-root.sh DIR MIRROR SECURITY_MIRROR: makes the root file system of the lab's Dom0 in DIR from Debian 12 packages.
# Run as root inside `unshare --mount --pid --fork --kill-child`, so that no mount and no process outlives it.
set -euo pipefail
root=$1 mirror=$2 security=$3
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

echo 'STEP base system (debootstrap)'
debootstrap --variant=minbase --include=openssh-server,iproute2,bridge-utils,busybox-static,kmod,procps,util-linux,cpio,iputils-ping \
  bookworm "$root" "$mirror"

echo 'STEP Xen, its tools and the Dom0 kernel'
printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s bookworm-security main\n' "$mirror" "$mirror" "$security" \
  > "$root/etc/apt/sources.list"
printf 'path-exclude=/usr/share/%s/*\n' doc man locale info > "$root/etc/dpkg/dpkg.cfg.d/slim"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # no daemon starts inside the chroot
chmod +x "$root/usr/sbin/policy-rc.d"
# The host's way to its mirror (names, proxies) is the chroot's way too, for the time of the build.
cp /etc/hosts "$root/etc/hosts"
apt-config dump | grep -E '^Acquire::(http|https)::Proxy' > "$root/etc/apt/apt.conf.d/00build" || true
mount -t proc proc "$root/proc"
chroot "$root" apt-get update
# qemu-system-xen is the device model of hvm guests (and the back end of qcow2 disks).
chroot "$root" apt-get install -y --no-install-recommends \
  linux-image-amd64 xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils qemu-system-xen

echo 'STEP trimming'
version=$(ls "$root/lib/modules")
dependencies() { for module in "$@"; do chroot "$root" modprobe -S "$version" --show-depends "$module"; done | awk '/^insmod/ {print $2}'; }
keep=$(mktemp)
dependencies virtio_pci virtio_blk virtio_net virtio_rng ext4 crc32c_generic bridge loop tun 8021q dm-mod xen-evtchn xen-privcmd xen-gntdev \
  xen-gntalloc xenfs xen-netback xen-blkback xen-netfront xen-blkfront > "$keep"
find "$root/lib/modules/$version/kernel" -name '*.ko' | while read -r file; do
  grep -qxF "${file#"$root"}" "$keep" || rm -f "$file"
done
chroot "$root" depmod "$version"
umount "$root/proc"
rm -rf "$keep" "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/boot/initrd.img-* "$root/etc/apt/apt.conf.d/00build" \
  "$root"/usr/share/{doc,man,locale,info}
: > "$root/etc/apt/sources.list"
