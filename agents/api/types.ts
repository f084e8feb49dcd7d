/** What the agent's loop needs of the API. It is a port, so that tests can stand in for it. */
import type { XenAgent, XenAgentStatus, XenDomain, XenDomainStatus } from '../../crds/generated/types';

export interface ApiListener {
  /** An order came, changed or went. */
  onOrder(uuid: string): void;
  /** The XenAgent came, changed or went. */
  onAgent(): void;
  /** All orders were listed anew. */
  onListed(): void;
}

/**
 * written: also if nothing differed. stale: somebody wrote in between, and the cache has that now.
 * gone: there is no such object.
 */
export type WriteResult = 'written' | 'stale' | 'gone';

export interface AgentApi {
  /** The order as last heard; `invalid` says why it cannot be obeyed. */
  order(uuid: string): { readonly domain: XenDomain; readonly invalid?: string } | undefined;
  uuids(): string[];
  agent(): XenAgent | undefined;
  /**
   * All orders were listed and our own XenAgent is there, so an order that is missing was removed
   * by somebody.
   */
  authoritative(): boolean;
  start(listener: ApiListener): void;
  /** Lists the orders anew. Resolves when a list that began after the call is in the cache. */
  relist(): Promise<void>;
  /** Rejects with KubeError. */
  writeDomainStatus(domain: XenDomain, status: XenDomainStatus): Promise<WriteResult>;
  writeAgentStatus(agent: XenAgent, status: XenAgentStatus): Promise<WriteResult>;
  stop(): Promise<void>;
}
