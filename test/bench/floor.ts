/**
 * What the API server itself needs for a VM's writes on this machine: the same six, one after the
 * other, with nobody else at work. No operator that writes them can be faster.
 */
import { randomUUID } from 'node:crypto';
import type { XenDomain, XenVM } from '../../crds/generated/types';
import type { KubeClient } from '../../common/kube/client';
import { XENDOMAINS, XENVMS } from '../../common/kube/resources';
import { FINALIZER } from '../../common/names';

export interface Templates {
  /** A VM that runs, and its order. */
  readonly vm: XenVM;
  readonly order: XenDomain;
}

export async function templatesOf(client: KubeClient): Promise<Templates> {
  const orders = (await client.list(XENDOMAINS)).items;
  const order = orders.find(({ status }) => status?.phase === 'Running');
  if (!order) throw new Error('no order runs');
  const { namespace, name } = order.spec.vm;
  return { order, vm: await client.get(XENVMS, { namespace, name }) };
}

export interface Floor {
  /** Of each round of six. */
  readonly roundsMs: readonly number[];
  readonly byWriteMs: ReadonlyMap<string, readonly number[]>;
}

export async function apiFloor(client: KubeClient, templates: Templates, rounds: number): Promise<Floor> {
  const roundsMs: number[] = [];
  const byWriteMs = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round += 1) {
    const startedMs = performance.now();
    for (const [name, write] of writesOf(client, templates, `floor-${round}`)) {
      const sentMs = performance.now();
      await write();
      byWriteMs.set(name, [...(byWriteMs.get(name) ?? []), performance.now() - sentMs]);
    }
    roundsMs.push(performance.now() - startedMs);
  }
  return { roundsMs, byWriteMs };
}

function writesOf(
  client: KubeClient,
  { vm, order }: Templates,
  name: string,
): [name: string, write: () => Promise<unknown>][] {
  const metadata = { name, namespace: vm.metadata.namespace ?? '' };
  const orderRef = { name: randomUUID(), namespace: order.metadata.namespace ?? '' };
  const { labels = {}, finalizers = [] } = order.metadata;
  const { status: report, ...blank } = order;
  const { placement, domainUUID, ...shown } = vm.status ?? {};
  const claim = { status: { placement, domainUUID } };
  const page = { apiVersion: vm.apiVersion, kind: vm.kind, metadata, status: shown };
  const onStatus = { subresource: 'status' } as const;
  const byClaim = { ...onStatus, fieldManager: 'floor-claim' };
  const byOperator = { ...onStatus, fieldManager: 'floor', force: true };
  return [
    ['create XenVM', () => client.create(XENVMS, { ...vm, metadata })],
    ['finalizer', () => client.mergePatch(XENVMS, metadata, { metadata: { finalizers: [FINALIZER] } })],
    ['claim', () => client.mergePatch(XENVMS, metadata, claim, byClaim)],
    ['create XenDomain', () => client.create(XENDOMAINS, { ...blank, metadata: { ...orderRef, labels, finalizers } })],
    ['status of XenDomain', () => client.mergePatch(XENDOMAINS, orderRef, { status: report }, onStatus)],
    ['status of XenVM', () => client.apply(XENVMS, page, byOperator)],
  ];
}
