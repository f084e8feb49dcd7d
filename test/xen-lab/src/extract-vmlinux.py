#!/usr/bin/env python3
"""extract-vmlinux.py BZIMAGE VMLINUX: unpacks a Linux kernel once, because unpacking it under emulation costs seconds at every boot.

Offsets are those of the x86 boot protocol: 0x1f1 setup_sects, 0x248 payload_offset, 0x24c payload_length."""
import lzma
import struct
import sys
import zlib

image = open(sys.argv[1], 'rb').read()
offset, length = struct.unpack_from('<II', image, 0x248)
start = ((image[0x1F1] or 4) + 1) * 512 + offset
payload = image[start:start + length]
if payload.startswith(b'\xfd7zXZ\0'):
    kernel = lzma.LZMADecompressor().decompress(payload)
elif payload.startswith(b'\x1f\x8b'):
    kernel = zlib.decompressobj(31).decompress(payload)
else:
    sys.exit(f'{sys.argv[1]}: neither xz nor gzip inside: {payload[:6]!r}')
if not kernel.startswith(b'\x7fELF'):
    sys.exit(f'{sys.argv[1]}: no ELF kernel inside')
open(sys.argv[2], 'wb').write(kernel)
