/**
 * How operator and agents reach the API server: a kubeconfig each, with a token file. Tokens are
 * good for a year; when an agent's ServiceAccount is made anew (its namespace was deleted), its old
 * token is worthless, and a fresh one is put in its place.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { KubeClient } from '../../common/kube/client';
import { SERVICEACCOUNTS } from '../../common/kube/resources';
import { createTransport } from '../../common/kube/https-transport';
import { AGENT_SERVICE_ACCOUNT, hostNamespace } from '../../common/names';
import type { ControlPlane } from '../control-plane/types';
import type { Place } from './place';

const YEAR_SECONDS = 365 * 24 * 3600;
const LOOK_EVERY_MS = 500;

export interface AccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** The administrator, in this process. */
export function adminClient(plane: ControlPlane): KubeClient {
  const token = (): Promise<string> => Promise.resolve(plane.adminToken);
  const target = { server: plane.server, ca: plane.caPem, token };
  return new KubeClient(createTransport({ target, userAgent: 'xen-fleet-playground' }));
}

export class Access {
  /** UID of the ServiceAccount that each agent's token is of. */
  readonly #uids = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly plane: ControlPlane,
    private readonly place: Place,
    private readonly client: KubeClient,
  ) {
    mkdirSync(place.access, { recursive: true, mode: 0o700 });
  }

  /** A kubeconfig for whoever uses it by that name; the path of it. */
  async grant(name: string, account: AccountRef): Promise<string> {
    const { plane, place } = this;
    const durationSeconds = YEAR_SECONDS;
    replaceFile(place.tokenOf(name), await plane.tokenFor(account.namespace, account.name, { durationSeconds }));
    const path = place.kubeconfigOf(name);
    // JSON is YAML too.
    replaceFile(path, `${JSON.stringify(kubeconfig(plane, place.tokenOf(name), account.namespace), null, 2)}\n`);
    return path;
  }

  /**
   * From now on, whichever host's ServiceAccount appears gets a token; `first` hears of each host's
   * first one.
   */
  follow(hosts: readonly string[], first: (host: string, kubeconfigPath: string) => void): void {
    const look = async (): Promise<void> => {
      await this.#grantAgents(hosts, first).catch(() => undefined); // the API server may be away; the next look will tell
      if (!this.#stopped) this.#timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
    };
    void look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #grantAgents(hosts: readonly string[], first: (host: string, path: string) => void): Promise<void> {
    const fieldSelector = `metadata.name=${AGENT_SERVICE_ACCOUNT}`;
    const { items } = await this.client.list(SERVICEACCOUNTS, { fieldSelector });
    const uids = new Map(items.map(({ metadata }) => [metadata.namespace, metadata.uid ?? '']));
    for (const host of hosts) {
      const uid = uids.get(hostNamespace(host));
      const known = this.#uids.get(host);
      if (uid === undefined || uid === known) continue;
      const path = await this.grant(`agent-${host}`, { namespace: hostNamespace(host), name: AGENT_SERVICE_ACCOUNT });
      this.#uids.set(host, uid);
      if (known === undefined && !this.#stopped) first(host, path);
    }
  }
}

function kubeconfig(plane: ControlPlane, tokenFile: string, namespace: string): object {
  const authority = Buffer.from(plane.caPem).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'playground', cluster: { server: plane.server, 'certificate-authority-data': authority } }],
    users: [{ name: 'user', user: { tokenFile } }],
    contexts: [{ name: 'playground', context: { cluster: 'playground', user: 'user', namespace } }],
    'current-context': 'playground',
  };
}

/** Whole or not at all: it is read while it is written. */
export function replaceFile(path: string, content: string, mode = 0o600): void {
  const temp = `${path}.new`;
  writeFileSync(temp, content, { mode });
  renameSync(temp, path);
}
