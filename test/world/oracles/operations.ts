/**
 * An operation is done once, or not at all; and it comes to an end. Judged where nothing else can
 * have started or ended the guest: its VM was never edited, moved or deleted, no power was lost
 * under it, no person and no thief had a hand in it, and it does not end by itself.
 */
import { XENVMOPERATIONS, XENVMS } from '../../../common/kube/resources';
import type { KubeObject } from '../../../common/kube/types';
import type { XenVM, XenVMOperation } from '../../../crds/generated/types';
import type { World } from '../world';
import type { NewOracle } from './oracle';
import { inThiefsHands } from './stolen';

interface Lives {
  starts: number;
  ends: number;
  isDisturbed: boolean;
  readonly hosts: Set<string>;
}

/** What the API's history tells of operations and of VMs, by what they are about. */
function told<T extends KubeObject>(world: World, plural: string, keyOf: (object: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const { resource, object } of world.server.history) {
    if (resource.plural !== plural) continue;
    const key = keyOf(object as unknown as T);
    found.set(key, [...(found.get(key) ?? []), object as unknown as T]);
  }
  return found;
}

const allOf = <T, V>(objects: readonly T[], value: (object: T) => V): Set<V> => new Set(objects.map(value));

/** Nothing but operations can have ended its guest. */
function isQuiet(world: World, vms: readonly XenVM[], lives: Lives): boolean {
  const one = (values: Set<unknown>): boolean => [...values].filter((value) => value !== undefined).length === 1;
  const { metadata, status } = vms.at(-1)!;
  const uuid = status?.domainUUID ?? '';
  const domain = ` ${metadata.namespace}.${metadata.name}`;
  return (
    !lives.isDisturbed &&
    one(allOf(vms, ({ metadata }) => metadata.uid)) &&
    one(allOf(vms, ({ spec }) => spec.runPolicy ?? 'Always')) &&
    one(allOf(vms, ({ status }) => status?.placement?.host)) &&
    one(allOf(vms, ({ status }) => status?.domainUUID)) &&
    vms.every(({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec.identity === undefined) &&
    !vms.some(({ spec }) => /sim=(crash|poweroff|reboot)/.test(spec.boot?.cmdline ?? '')) &&
    !world.notes.some(({ about }) => about.includes(uuid) || about.endsWith(domain)) &&
    !inThiefsHands(world)(uuid)
  );
}

export const operations: NewOracle = (world, accuse) => {
  const lives = new Map<string, Lives>();
  const running = new Set<string>();
  const livesOf = (uuid: string): Lives => {
    const found = lives.get(uuid) ?? { starts: 0, ends: 0, isDisturbed: false, hosts: new Set<string>() };
    lives.set(uuid, found);
    return found;
  };

  const judge = (vms: readonly XenVM[], asked: readonly XenVMOperation[]): void => {
    const { metadata, spec, status } = vms.at(-1)!;
    const uuid = status?.domainUUID ?? '';
    const found = livesOf(uuid);
    if (!isQuiet(world, vms, found)) return;
    const inPhase = (phase: string, but: string): number =>
      allOf(
        asked.filter((one) => one.status?.phase === phase && one.spec.type !== but),
        (one) => one.metadata.uid,
      ).size;
    const byPolicy = spec.runPolicy === 'Manual' || spec.runPolicy === 'Halted' ? 0 : 1;
    const { starts, ends } = found;
    const what = `${metadata.namespace}/${metadata.name} ${uuid} was started ${starts} times and ended ${ends} times`;
    if (ends > inPhase('Running', 'Start')) accuse('once', `${what}: more ends than operations`);
    if (starts > inPhase('Running', 'Stop') + byPolicy) accuse('once', `${what}: more starts than operations`);
    if (starts < inPhase('Succeeded', 'Stop')) accuse('once', `${what}: more operations succeeded than starts were`);
  };

  return {
    onEvent: ({ host, domid, what, uuid = '' }) => {
      if (what === 'boot' || what === 'power-loss') {
        for (const found of lives.values()) found.isDisturbed ||= found.hosts.has(host);
        for (const one of running) if (one.startsWith(`${host} `)) running.delete(one);
        return;
      }
      const key = `${host} ${domid}`;
      const found = livesOf(uuid);
      found.hosts.add(host);
      if (what === 'running') {
        running.add(key);
        found.starts += 1;
      }
      if (['shutdown', 'dying', 'gone'].includes(what) && running.delete(key)) found.ends += 1;
    },
    atEnd: () => {
      const vms = told<XenVM>(world, XENVMS.plural, ({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      const asked = told<XenVMOperation>(
        world,
        XENVMOPERATIONS.plural,
        ({ metadata, spec }) => `${metadata.namespace}/${spec.vmName}`,
      );
      for (const [key, about] of asked) if (vms.has(key)) judge(vms.get(key)!, about);
      for (const { metadata, spec, status } of world.server.objects(XENVMOPERATIONS)) {
        const vm = vms.get(`${metadata.namespace}/${spec.vmName}`)?.at(-1);
        const isReady = vm?.status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
        if (isReady === true && status?.finishedAt === undefined)
          accuse('liveness', `operation ${metadata.namespace}/${metadata.name} ${spec.type} is not over`);
      }
    },
  };
};
