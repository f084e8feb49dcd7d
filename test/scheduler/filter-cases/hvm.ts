/** One row per way to have, or to lack, room for the device model of an HVM guest in Dom0. */
import { MIB } from '../../../common/memory';
import type { Case } from './case';

const hvm = { type: 'hvm' } as const;

export const HVM_CASES: readonly Case[] = [
  { name: 'the last HVM guest that Dom0 carries', host: { mostHvmGuests: 2 }, placed: [hvm], vm: hvm },
  {
    name: 'an HVM guest too many',
    host: { mostHvmGuests: 2 },
    placed: [hvm, hvm],
    vm: hvm,
    refused: ['HVMGuests'],
    reason: /Dom0 carries no more/,
    short: 1,
    unresolvable: false,
  },
  { name: 'guests without a device model are not counted', host: { mostHvmGuests: 1 }, placed: [{}, {}], vm: hvm },
  { name: 'nor kept away where Dom0 is full of them', host: { mostHvmGuests: 1 }, placed: [hvm], vm: { type: 'pv' } },
  {
    name: 'foreign HVM guests count',
    host: { mostHvmGuests: 2, foreignHvmGuests: 1 },
    placed: [hvm],
    vm: hvm,
    refused: ['HVMGuests'],
  },
  {
    name: 'a Dom0 that foreign HVM guests have filled',
    host: { mostHvmGuests: 2, foreignHvmGuests: 4 },
    vm: hvm,
    refused: ['HVMGuests'],
    short: 3,
    unresolvable: true,
  },
  {
    name: 'an HVM guest that is migrating in counts',
    host: { mostHvmGuests: 1 },
    placed: [{ ...hvm, host: 'h9', inboundHost: 'h1' }],
    vm: hvm,
    refused: ['HVMGuests'],
  },
  {
    name: 'a device model is kept for a VM that is to become a pvh guest',
    host: { mostHvmGuests: 1 },
    placed: [{ hvm: true }],
    vm: hvm,
    refused: ['HVMGuests'],
  },
  {
    name: 'a VM that waits to become an HVM guest asks for none',
    host: { mostHvmGuests: 0 },
    vm: { ...hvm, hvm: false },
  },
  {
    name: 'the memory of Dom0 says how many it carries',
    host: { dom0Bytes: 512 * MIB + 64 * MIB },
    vm: hvm,
  },
  {
    name: 'a Dom0 that is a MiB too small for one',
    host: { dom0Bytes: 512 * MIB + 63 * MIB },
    vm: hvm,
    refused: ['HVMGuests'],
    unresolvable: true,
  },
  { name: 'a Dom0 of unknown size carries none', host: { dom0Bytes: 0 }, vm: hvm, refused: ['HVMGuests'] },
  {
    name: 'a Dom0 of unknown size, of which an administrator says what it carries',
    host: { dom0Bytes: 0, mostHvmGuests: 1 },
    vm: hvm,
  },
];
