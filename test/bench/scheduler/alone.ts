/**
 * The server alone: the writes that were needed the last time, sent again by a client that decides
 * nothing.
 */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import { FINALIZER } from '../../../common/names';
import { writeClaim } from '../../../operator/controllers/placement/claim';
import { STATUS_MANAGER } from '../../../operator/controllers/frame/writer';
import { NOTHING, reservedBy } from '../../../operator/plan/vm/reservation';
import { AT_ONCE } from './contender';
import type { Contender } from './contender';
import { clearVms, placedVms, watchOrders } from './ours';
import { inParallel } from './parallel';
import type { Sightings } from './sightings';

/** What one VM came to. */
interface Taken {
  readonly vm: XenVM;
  readonly order: XenDomain;
}

export interface Recording {
  readonly taken: ReadonlyMap<string, Taken>;
  /** Part of the VMs whose status was shown before the last one was placed. */
  readonly shown: number;
}

/** Read right after the operator was stopped. */
export async function record(client: KubeClient, shown: number): Promise<Recording> {
  const orders = new Map((await client.list(XENDOMAINS)).items.map((order) => [order.metadata.name, order]));
  const vms = (await client.list(XENVMS)).items;
  const taken = vms.flatMap((vm): [string, Taken][] => {
    const order = orders.get(vm.status?.domainUUID ?? '');
    return order === undefined ? [] : [[vm.metadata.name, { vm, order }]];
  });
  return { taken: new Map(taken), shown };
}

export interface AloneOptions {
  /** As an administrator: creates the VMs, as it does for the operator. */
  readonly client: KubeClient;
  /** With the operator's own rights: what the server does to check them is part of the writes. */
  readonly asOperator: KubeClient;
  readonly onlooker: KubeClient;
  readonly recording: () => Recording;
}

export function serverAlone({ client, asOperator, onlooker, recording }: AloneOptions): Contender {
  let ordered: Sightings<XenDomain>;
  return {
    name: 'server alone',
    pid: () => undefined,
    async start() {
      ordered = watchOrders(onlooker);
      await ordered.listed;
    },
    async run({ prefix, count }) {
      const { taken, shown } = recording();
      const template = [...taken.values()].find(({ vm }) => vm.status?.phase !== undefined)?.vm;
      const batch = [...taken.values()].filter(({ vm }) => vm.metadata.name.startsWith(`${prefix}-`));
      if (batch.length !== count) throw new Error(`${batch.length} of ${count} were recorded`);
      const all = ordered.all(batch.map(({ vm }) => vm.metadata.name));
      await inParallel(batch, AT_ONCE, async (one, index) => {
        const vm = await writeAll(client, asOperator, one);
        if (template !== undefined && index < shown * count) await show(asOperator, vm, template);
      });
      return all;
    },
    stop: () => ordered.stop(),
    placed: () => placedVms(client),
    clear: () => clearVms(client),
  };
}

async function writeAll(client: KubeClient, asOperator: KubeClient, { vm, order }: Taken): Promise<XenVM> {
  const { apiVersion, kind, metadata, spec, status } = vm;
  const { name, namespace = '', labels = {} } = metadata;
  const created = await client.create(XENVMS, { apiVersion, kind, metadata: { name, namespace, labels }, spec });
  const { resourceVersion, uid = '' } = created.metadata;
  const finalizers = [FINALIZER];
  const held = await asOperator.mergePatch(XENVMS, created.metadata, { metadata: { resourceVersion, finalizers } });
  const { host = '', epoch = 1 } = status?.placement ?? {};
  const claimed = await writeClaim(asOperator, held, {
    host,
    epoch,
    bootID: undefined,
    uuid: uid,
    reserved: reservedBy(vm) ?? NOTHING,
  });
  const { namespace: at = '', labels: marks = {} } = order.metadata;
  await asOperator.create(XENDOMAINS, {
    apiVersion: order.apiVersion,
    kind: order.kind,
    metadata: { name: uid, namespace: at, labels: marks, finalizers },
    spec: { ...order.spec, vm: { ...order.spec.vm, uid } },
  });
  return claimed;
}

async function show(client: KubeClient, vm: XenVM, template: XenVM): Promise<void> {
  const { apiVersion, kind, metadata } = vm;
  const { name, namespace = '', resourceVersion = '' } = metadata;
  const { placement: _placement, domainUUID: _uuid, reserved: _reserved, ...status } = template.status ?? {};
  const page = { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status };
  await client.apply(XENVMS, page, { subresource: 'status', fieldManager: STATUS_MANAGER, force: true });
}
