/** This operator as it is shipped. Placed is what has its claim and its order. */
import type { XenDomain } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { hostOfNamespace } from '../../../common/names';
import type { Playground } from '../../playground/types';
import { AT_ONCE } from './contender';
import type { Contender } from './contender';
import { inParallel } from './parallel';
import { groupOfObject, vmsOf } from './scenes';
import type { Placed } from './scenes';
import { Sightings } from './sightings';

export const watchOrders = (client: KubeClient): Sightings<XenDomain> =>
  new Sightings({ client, type: XENDOMAINS, placedBy: ({ spec }) => spec.vm.name });

export function operator(playground: Playground, client: KubeClient): Contender {
  const program = playground.operator();
  let ordered: Sightings<XenDomain>;
  return {
    name: 'xen-fleet',
    pid: () => program.pid(),
    async start() {
      ordered = watchOrders(playground.client);
      await ordered.listed;
      program.start();
    },
    async run(batch) {
      const vms = vmsOf(batch);
      const all = ordered.all(vms.map(({ metadata }) => metadata.name));
      await inParallel(vms, AT_ONCE, (vm) => client.create(XENVMS, vm));
      return all;
    },
    async stop() {
      await program.kill();
      await ordered.stop();
    },
    placed: () => placedVms(client),
    clear: () => clearVms(client),
  };
}

/** By the claims; throws where an order says something else. */
export async function placedVms(client: KubeClient): Promise<Placed[]> {
  const orders = new Map((await client.list(XENDOMAINS)).items.map((order) => [order.metadata.name, order]));
  return (await client.list(XENVMS)).items.map((vm) => {
    const { placement, domainUUID = '' } = vm.status ?? {};
    const host = hostOfNamespace(orders.get(domainUUID)?.metadata.namespace ?? '');
    if (placement === undefined || host !== placement.host)
      throw new Error(`${vm.metadata.name}: claimed for ${placement?.host}, ordered from ${host}`);
    return { group: groupOfObject(vm), host };
  });
}

/** Nobody is there who would let go of them in good order. */
export async function clearVms(client: KubeClient): Promise<void> {
  await clearAll(client, XENVMS);
  await clearAll(client, XENDOMAINS);
}

async function clearAll<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<void> {
  const { items } = await client.list(type);
  await inParallel(items, AT_ONCE, async ({ metadata: { namespace = '', name } }) => {
    await client.mergePatch(type, { namespace, name }, { metadata: { finalizers: [] } });
    await client.delete(type, { namespace, name });
  });
}
