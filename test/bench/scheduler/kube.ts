/** kube-scheduler on nodes made by hand: nobody runs the pods, as nobody runs the VMs. */
import { join } from 'node:path';
import type { KubeClient } from '../../../common/kube/client';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { ensureKubeScheduler } from '../../control-plane/assets';
import { kubeSchedulerArgs } from '../../control-plane/components';
import { makeProgram } from '../../playground/program';
import type { Playground } from '../../playground/types';
import { TENANT } from '../workload';
import type { HostSize } from './agents';
import { AT_ONCE } from './contender';
import type { Contender } from './contender';
import { inParallel } from './parallel';
import { groupOfObject, HOST_KEY, podsOf, ZONE_LABEL, zoneOf } from './scenes';
import type { Pod } from './scenes';
import { Sightings } from './sightings';

const PODS: ResourceType<Pod> = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
const NODES: ResourceType = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
const MAX_PODS = '110';
const CLEAR_DEADLINE_MS = 120_000;

function nodeOf(name: string, index: number, { cpus, memoryMiB }: HostSize): KubeObject {
  const capacity = { cpu: String(cpus), memory: `${memoryMiB}Mi`, pods: MAX_PODS };
  const status = { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] };
  const metadata = { name, labels: { [HOST_KEY]: name, [ZONE_LABEL]: zoneOf(index) } };
  return { apiVersion: 'v1', kind: 'Node', metadata, status } as KubeObject;
}

export async function createNodes(client: KubeClient, names: readonly string[], size: HostSize): Promise<void> {
  await inParallel(names, AT_ONCE, async (name, index) => {
    await client.create(NODES, nodeOf(name, index, size));
    // Admission taints what is made by hand as not ready, and nobody else takes that off here.
    await client.mergePatch(NODES, { name }, { spec: { taints: null } });
  });
}

export async function kubeScheduler(playground: Playground, client: KubeClient): Promise<Contender> {
  const program = makeProgram({
    name: 'kube-scheduler',
    command: await ensureKubeScheduler(),
    args: kubeSchedulerArgs(playground.kubeconfig),
    cwd: playground.dir,
    logFile: join(playground.dir, 'log', 'kube-scheduler.log'),
    pidFile: join(playground.dir, 'run', 'kube-scheduler.pid'),
    supervise: false,
  });
  const scope = { namespace: TENANT };
  let bound: Sightings<Pod>;
  return {
    name: 'kube-scheduler',
    pid: () => program.pid(),
    async start() {
      const placedBy = ({ metadata, spec }: Pod) => (spec.nodeName === undefined ? undefined : metadata.name);
      bound = new Sightings({ client: playground.client, type: PODS, scope, placedBy });
      await bound.listed;
      program.start();
    },
    async run(batch) {
      const pods = podsOf(batch);
      const all = bound.all(pods.map(({ metadata }) => metadata.name));
      await inParallel(pods, AT_ONCE, (pod) => client.create(PODS, pod));
      return all;
    },
    async stop() {
      await program.kill();
      await bound.stop();
    },
    async placed() {
      const { items } = await client.list(PODS, scope);
      return items.map((pod) => ({ group: groupOfObject(pod), host: pod.spec.nodeName ?? '' }));
    },
    async clear() {
      await client.transport.request({
        method: 'DELETE',
        path: `/api/v1/namespaces/${TENANT}/pods`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 },
        deadlineMs: CLEAR_DEADLINE_MS,
        verb: 'deletecollection',
        resource: 'pods',
      });
    },
  };
}
