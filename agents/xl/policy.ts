/**
 * The second key: the root-owned file on the Dom0 that says what guests may use, whatever the API
 * says. Pure.
 */
import type { XenDomainSpec } from '../../crds/generated/types';
import { imageRemedy, mayUseImage } from '../../common/images';
import type { Refusal, RunOrder } from './order';

export interface Policy {
  /** Folders that storage pools may be in. */
  readonly storagePaths: readonly string[];
  /** Folder of kernels, ramdisks and disk images. */
  readonly imageDir: string;
  readonly bridges: readonly string[];
  /**
   * After a boot of the Dom0, start domains by the orders on disk without asking the API first.
   * Only for fleets whose API server runs on the fleet itself: elsewhere a host that was declared
   * dead could start a VM that runs on another one by now.
   */
  readonly startUnconfirmed: boolean;
}

export type PolicyResult =
  { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly message: string };

const PATH = /^(\/[A-Za-z0-9][A-Za-z0-9._+-]*)+$/;
const KEYS = ['storagePaths', 'imageDir', 'bridges', 'startUnconfirmed'];

/** A file that is not fully understood allows nothing. */
export function parsePolicy(text: string | undefined): PolicyResult {
  if (text === undefined)
    return bad('there is none, so nothing is allowed; write one with storagePaths, imageDir and bridges');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad('it must be an object');
  const given = value as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return bad(`the key ${JSON.stringify(unknown)} is unknown`);
  const { storagePaths = [], imageDir, bridges = [], startUnconfirmed = false } = given;
  if (!isWords(storagePaths, PATH)) return bad('storagePaths must be a list of absolute paths');
  if (typeof imageDir !== 'string' || !PATH.test(imageDir)) return bad('imageDir must be an absolute path');
  if (!isWords(bridges, /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/)) return bad('bridges must be a list of names');
  if (typeof startUnconfirmed !== 'boolean') return bad('startUnconfirmed must be true or false');
  return { ok: true, policy: { storagePaths, imageDir, bridges, startUnconfirmed } };
}

/** The first thing in an order that the policy does not allow. */
export function checkPolicy(
  policy: Policy,
  order: Pick<XenDomainSpec, 'disks' | 'networks' | 'deleteDisks'>,
): Refusal | undefined {
  for (const disk of [...(order.disks ?? []), ...(order.deleteDisks ?? [])])
    if (!isStoragePath(policy, disk.path))
      return refusal(`disks[${disk.name}].path`, disk.path, `allowed are ${listed(policy.storagePaths)}`);
  for (const network of order.networks ?? [])
    if (!policy.bridges.includes(network.bridge))
      return refusal(`networks[${network.name}].bridge`, network.bridge, `allowed are ${listed(policy.bridges)}`);
  return undefined;
}

/** The first image in an order that is for another namespace than that of its VM. */
export function checkImages({ boot, disks = [], vm }: RunOrder): Refusal | undefined {
  const images = [
    ['boot.kernel', boot?.kernel],
    ['boot.ramdisk', boot?.ramdisk],
    ...disks.map(({ name, image }) => [`disks[${name}].image`, image] as const),
  ] as const;
  for (const [field, value] of images)
    if (value !== undefined && !mayUseImage(value, vm.namespace))
      return { field, value, remedy: imageRemedy(vm.namespace) };
  return undefined;
}

export function isStoragePath(policy: Policy, path: string): boolean {
  return policy.storagePaths.some((allowed) => isWithin(path, allowed));
}

function isWithin(path: string, folder: string): boolean {
  return PATH.test(path) && (path === folder || path.startsWith(`${folder}/`));
}

function isWords(value: unknown, pattern: RegExp): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && pattern.test(item));
}

const bad = (why: string): PolicyResult => ({
  ok: false,
  message: `the policy file of the host allows nothing: ${why}`,
});
const listed = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));
const refusal = (field: string, value: string, remedy: string): Refusal => ({
  field,
  value,
  remedy: `the policy file of the host does not allow it; ${remedy}`,
});
