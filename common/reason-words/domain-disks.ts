/** Reasons of a domain that speak of disks, images and pools. */
import { wordsOf } from './words';

export const DISK_WORDS = wordsOf({
  ImageMissing: {
    on: 'Ready=False',
    means: 'The image that a disk is to be a copy of is not under the image directory of the host.',
    remedy:
      'Put the image there under that name, or name another in `spec.disks[].image` (while the run policy is Halted). The start is tried again by itself.',
  },
  ImageTooLarge: {
    on: 'Ready=False',
    means: 'The image is larger than the disk that is to be a copy of it.',
    remedy:
      'Raise `spec.disks[].size` to at least the size in the message, or name a smaller image (while the run policy is Halted).',
  },
  ImageNotRaw: {
    on: 'Ready=False',
    means:
      'The image is in another format than raw (qcow2, vmdk, vhd, vdi, …), is compressed, or is a link to a file outside of the image directory.',
    remedy:
      'Unpack it, or convert it with the command in the message (`qemu-img convert -O raw FROM TO`), and name the raw file; put the file itself under the image directory.',
  },
  PoolMissing: {
    on: 'Ready=False',
    means:
      'The folder of a storage pool on the host does not prove to be that pool: it is not there, holds no marker file, or holds the marker of another pool or file system. None of its disks is used, made or deleted.',
    remedy:
      'Mount the file system of the pool. If the folder is meant to be the pool, mark it with the command in the message; docs/storage.md tells what a marker is.',
  },
  DiskMissing: {
    on: 'Ready=False',
    means:
      'A disk that was made before is not there: its file is gone from the pool, its host is declared dead or gone from the fleet, or two hosts keep a disk of that name. It is never made again.',
    remedy:
      'Mount the file system that holds it, restore the file from a backup, or bring the host back. Of two, move the wrong one out of the pool. To begin anew with a blank disk, give it another name in `spec.disks`.',
  },
  DiskInUse: {
    on: 'Ready=False',
    means: 'Xen refuses to attach the disk because something else on the host has it mounted or in use.',
    remedy:
      'Find out on the host who uses it (`mount`, `losetup -a`, `xl block-list`), and end that use. The start is tried again by itself.',
  },
  DiskNotOwned: {
    on: 'Ready=False',
    means:
      'The file of the disk belongs to another XenVM by the owner file beside it, has no owner file, or is a link. It is neither given to this VM nor deleted for it.',
    remedy:
      'Have an administrator look at the file. To give it to this VM, write its owner file as docs/storage.md tells; otherwise move both files out of the pool.',
  },
  DiskFull: {
    on: 'Ready',
    means:
      'A file system of the host is full, or a quota is used up: that of the pool in which a disk is to be made or to grow, or that of `/var/lib/xenfleet`, without which the agent starts and gives up nothing. The message names the file.',
    remedy: 'Make room there. It is tried again by itself.',
  },
});
