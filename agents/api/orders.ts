/** The orders of one host and its XenAgent, as last heard from the API server. */
import type { XenAgent, XenAgentStatus, XenDomain, XenDomainStatus } from '../../crds/generated/types';
import { validateXenAgentSpec, validateXenDomainSpec } from '../../crds/generated/validators';
import type { KubeClient } from '../../common/kube/client';
import type { KubeObject, ResourceType } from '../../common/kube/types';
import { XENAGENTS, XENDOMAINS } from '../../common/kube/resources';
import { Watcher } from '../../common/kube/watcher';
import type { WatchEvent, WatcherState } from '../../common/kube/watcher';
import type { Clock, Random } from '../../common/ports';
import { hostNamespace } from '../../common/names';
import { ObjectCache } from './object-cache';
import type { AgentApi, ApiListener, WriteResult } from './types';
import { writeStatus } from './writer';

export interface KubeApiOptions {
  readonly client: KubeClient;
  readonly host: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onState?: (what: string, state: WatcherState, error?: Error) => void;
}

export class KubeApi implements AgentApi {
  private readonly domains = new ObjectCache<XenDomain>();
  private readonly agents = new ObjectCache<XenAgent>();
  private watchers: { readonly domains: Watcher<XenDomain>; readonly agents: Watcher<XenAgent> } | undefined;

  constructor(private readonly options: KubeApiOptions) {}

  order(uuid: string): { domain: XenDomain; invalid?: string } | undefined {
    const domain = this.domains.get(uuid);
    if (!domain) return undefined;
    if (validateXenDomainSpec(domain.spec)) return { domain };
    const [error] = validateXenDomainSpec.errors ?? [];
    return {
      domain,
      invalid: `spec${error?.instancePath.replaceAll('/', '.') ?? ''} ${error?.message ?? 'is invalid'}`,
    };
  }

  uuids(): string[] {
    return this.domains.names();
  }

  agent(): XenAgent | undefined {
    const agent = this.agents.get(this.options.host);
    return agent && validateXenAgentSpec(agent.spec) ? agent : undefined;
  }

  authoritative(): boolean {
    return this.domains.listed && this.agent() !== undefined;
  }

  start(listener: ApiListener): void {
    const scope = { namespace: hostNamespace(this.options.host) };
    const domains = this.watch(XENDOMAINS, scope, (event) => {
      const names = this.domains.take(event);
      if (event.type === 'initDone') listener.onListed();
      names.forEach((name) => listener.onOrder(name));
    });
    const own = { ...scope, fieldSelector: `metadata.name=${this.options.host}` };
    const onAgent = (event: WatchEvent<XenAgent>): void => {
      if (this.agents.take(event).length > 0 || event.type === 'initDone') listener.onAgent();
    };
    // One object. The orders are listed anew whenever it brings another nonce.
    const agents = this.watch(XENAGENTS, own, onAgent, { listsWhenBroken: true });
    this.watchers = { domains, agents };
    for (const watcher of [domains, agents])
      watcher.run().catch((error: unknown) => this.options.onState?.('watch', 'stopped', error as Error));
  }

  async relist(): Promise<void> {
    await this.watchers?.domains.relist();
  }

  writeDomainStatus(domain: XenDomain, status: XenDomainStatus): Promise<WriteResult> {
    return this.write(XENDOMAINS, this.domains, domain, status);
  }

  writeAgentStatus(agent: XenAgent, status: XenAgentStatus): Promise<WriteResult> {
    return this.write(XENAGENTS, this.agents, agent, status);
  }

  async stop(): Promise<void> {
    await Promise.all([this.watchers?.domains.stop(), this.watchers?.agents.stop()]);
  }

  private async write<T extends KubeObject & { status?: object }>(
    type: ResourceType<T>,
    cache: ObjectCache<T>,
    known: T,
    status: object,
  ): Promise<WriteResult> {
    const { result, newer } = await writeStatus(this.options.client, type, known, status);
    // Not if the object was deleted meanwhile: an answer must not bring it back.
    if (newer && cache.get(newer.metadata.name)?.metadata.uid === newer.metadata.uid) cache.put(newer);
    return result;
  }

  private watch<T extends KubeObject>(
    type: ResourceType<T>,
    scope: { namespace: string; fieldSelector?: string },
    onEvent: (event: WatchEvent<T>) => void,
    more: { listsWhenBroken?: boolean } = {},
  ): Watcher<T> {
    const { client, clock, random, onState } = this.options;
    const report = (state: WatcherState, error?: Error): void => onState?.(type.plural, state, error);
    return new Watcher<T>({ client, type, scope, clock, random, onEvent, onState: report, ...more });
  }
}
