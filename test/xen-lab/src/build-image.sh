#!/bin/bash
# build-image.sh ROOT DIR: makes from the root file system ROOT (left as it is) everything a node boots with, in DIR:
# xen, vmlinux, dom0-initrd.gz, base.img, and the keys agent-key(.pub) and host-key(.pub).
set -euo pipefail
base=$1 out=$2 src=$(dirname "$(realpath "$0")")
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$out/root
version=$(ls "$base/lib/modules")

# initramfs NAME INIT MODULE…: a busybox, an init script and the modules it loads, in order.
initramfs() {
  local dir=$out/$1 init=$2 module file applet
  shift 2
  mkdir -p "$dir"/{bin,sbin,proc,sys,dev,root,tmp,modules}
  cp "$root/bin/busybox" "$dir/bin/"
  for applet in $("$root/bin/busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$dir/bin/$applet"; done
  install -m755 "$src/$init" "$dir/init"
  for module in "$@"; do chroot "$root" modprobe -S "$version" --show-depends "$module"; done |
    awk '/^insmod/ && !/crc32c-intel/ && !seen[$2]++ {print $2}' | while read -r file; do
    cp "$root$file" "$dir/modules/"
    basename "$file"
  done > "$dir/modules.order"
}
pack() { (cd "$1" && find . | "$root/usr/bin/cpio" -o -H newc --quiet | gzip -1) > "$2"; }

cp -a --reflink=auto "$base" "$root"
python3 "$src/extract-vmlinux.py" "$root"/boot/vmlinuz-* "$out/vmlinux"
gunzip -c "$root/boot/xen-4.17-amd64.gz" > "$out/xen"

initramfs initramfs-dom0 dom0-initramfs-init virtio_pci virtio_blk ext4 crc32c_generic
pack "$out/initramfs-dom0" "$out/dom0-initrd.gz"

initramfs initramfs-guest guest-init xen-netfront xen-blkfront
for act in poweroff reboot; do # what the guest's kernel runs when Xen asks for a shutdown or a reboot
  rm "$out/initramfs-guest/bin/$act"
  printf '#!/bin/sh\necho GUEST-%s > /dev/console\nexec /bin/busybox %s -f\n' "${act^^}" "$act" > "$out/initramfs-guest/sbin/$act"
  chmod +x "$out/initramfs-guest/sbin/$act"
done

# What an agent finds on a Dom0: images, a folder for disks, the administrator's policy.
images=$root/var/lib/xenfleet/images
mkdir -p "$images/debian" "$root/var/lib/xenfleet/disks" "$root/etc/xenfleet"
cp "$out/vmlinux" "$images/debian/vmlinuz"
pack "$out/initramfs-guest" "$images/debian/initrd.gz"
echo 'xenfleet lab image: debian.raw' > "$images/debian.raw"
truncate -s 1M "$images/debian.raw"
printf '{"storagePaths":["/var/lib/xenfleet/disks"],"imageDir":"/var/lib/xenfleet/images","bridges":["xenbr0"]}\n' > "$root/etc/xenfleet/policy.json"

# Dom0's memory is fixed by dom0_mem; the toolstack must not shrink it.
sed -i 's/^#\?autoballoon=.*/autoballoon="off"/' "$root/etc/xen/xl.conf"
grep -q '^autoballoon="off"' "$root/etc/xen/xl.conf"

ssh-keygen -q -t ed25519 -N '' -C xen-lab-agent -f "$out/agent-key"
ssh-keygen -q -t ed25519 -N '' -C xen-lab-host -f "$out/host-key"
rm -f "$root"/etc/ssh/ssh_host_*
install -m600 "$out/host-key" "$root/etc/ssh/ssh_host_ed25519_key"
install -m644 "$out/host-key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
install -d -m700 "$root/root/.ssh"
install -m600 "$out/agent-key.pub" "$root/root/.ssh/authorized_keys"
install -m600 "$out/agent-key" "$root/root/.ssh/id_ed25519" # from one Dom0 to the other, for xl migrate
echo "xen1,xen2,xen3,xen4 $(cut -d' ' -f1,2 "$out/host-key.pub")" > "$root/root/.ssh/known_hosts"
printf 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\nUsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nMaxStartups 100\n' \
  > "$root/etc/ssh/sshd_config.d/lab.conf"
{ echo '127.0.0.1 localhost'; for n in 1 2 3 4; do echo "10.77.0.$n xen$n"; done; } > "$root/etc/hosts"
: > "$root/etc/resolv.conf"
install -m755 "$src/dom0-init" "$root/sbin/dom0-init"

# 32 GiB, so that a pool here looks like a pool; almost all of it is a hole (and stays one: see noinit_itable in dom0-initramfs-init).
mkfs.ext4 -q -N 100000 -J size=16 -E lazy_itable_init=1,nodiscard -d "$root" "$out/base.img" 32G
rm -rf "$root" "$out/initramfs-dom0" "$out/initramfs-guest"
