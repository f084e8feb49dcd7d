/**
 * Tokens of agents. Each ends with the account that it was made for, so an administrator brings a
 * new one when a host's namespace was made anew: at once for a new host, later for one that he has
 * to hear of first.
 */
import { SERVICEACCOUNTS } from '../../common/kube/resources';
import { AGENT_SERVICE_ACCOUNT, hostNamespace } from '../../common/names';
import type { ModelServer } from './api/server';
import type { User } from './api/ports';
import type { WorldTime } from './time';

const LOOK_MS = 1000;
const NOTICED_MS = 30_000;

export function accountUser(namespace: string, account: string): User {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: `system:serviceaccount:${namespace}:${account}`, groups };
}

export class Tokens {
  /** UID of the account that each host's token is for. */
  readonly #uids = new Map<string, string>();

  /** Hosts to which somebody brings a new token. */
  readonly #underWay = new Set<string>();

  constructor(
    private readonly server: ModelServer,
    private readonly time: WorldTime,
    private readonly hosts: readonly string[],
  ) {}

  start(): void {
    for (const host of this.hosts) this.#look(host);
    this.time.after(LOOK_MS, () => this.start());
  }

  /** Whoever uses the token that is in the host's file now, whichever that is. */
  agent(host: string): User {
    const uidOf = (): string => this.#uids.get(host) ?? 'none';
    return Object.defineProperty(accountUser(hostNamespace(host), AGENT_SERVICE_ACCOUNT), 'uid', { get: uidOf });
  }

  /** Whoever has copied it now. */
  copied(host: string): User {
    return { ...accountUser(hostNamespace(host), AGENT_SERVICE_ACCOUNT), uid: this.#uids.get(host) ?? 'none' };
  }

  #look(host: string): void {
    const namespace = hostNamespace(host);
    const account = this.server.objects(SERVICEACCOUNTS).find(({ metadata }) => metadata.namespace === namespace);
    const uid = account?.metadata.uid;
    const known = this.#uids.get(host);
    if (uid === undefined || uid === known || this.#underWay.has(host)) return;
    if (known === undefined) return void this.#uids.set(host, uid);
    this.#underWay.add(host);
    this.time.after(NOTICED_MS, () => {
      this.#underWay.delete(host);
      this.#uids.set(host, uid);
    });
  }
}
