/** Waits until hosts are Ready, and says at the end of its patience why they are not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { XenHost } from '../../crds/generated/types';
import type { KubeClient } from '../../common/kube/client';
import { XENHOSTS } from '../../common/kube/resources';
import type { Say } from './types';

export interface HostsReadyOptions {
  readonly client: KubeClient;
  readonly names: readonly string[];
  readonly deadlineMs: number;
  readonly say: Say;
  readonly logDir: string;
}

const LOOK_EVERY_MS = 150;

export async function untilHostsReady({ client, names, deadlineMs, say, logDir }: HostsReadyOptions): Promise<void> {
  let lastSaid = '';
  for (const startedMs = performance.now(); ; await sleep(LOOK_EVERY_MS)) {
    const hosts = new Map((await client.list(XENHOSTS)).items.map((host) => [host.metadata.name, host]));
    const waiting = names.filter((name) => hosts.get(name)?.status?.phase !== 'Ready');
    const said = `hosts: ${names.length - waiting.length} of ${names.length} Ready`;
    if (said !== lastSaid) say((lastSaid = said));
    if (waiting.length === 0) return;
    if (performance.now() - startedMs < deadlineMs) continue;
    const why = waiting.map((name) => `  ${name}: ${reasonOf(hosts.get(name))}`).join('\n');
    throw new Error(`hosts not Ready within ${Math.round(deadlineMs / 1000)} s (logs: ${logDir}):\n${why}`);
  }
}

function reasonOf(host: XenHost | undefined): string {
  if (host === undefined) return 'there is no such XenHost';
  const ready = host.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready ? `${ready.reason}: ${ready.message}` : 'the operator has not said anything about it yet';
}
