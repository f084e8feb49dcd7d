/** What the agent's loop needs of the API: a port, so that tests can stand in for it. */
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
 * written: also if nothing differed. stale: somebody wrote in between, what is heard now is newer.
 * gone: there is no such object.
 */
export type WriteResult = 'written' | 'stale' | 'gone';

export interface AgentApi {
  /** The order as last heard; `invalid` says why it cannot be obeyed. */
  order(uuid: string): { readonly domain: XenDomain; readonly invalid?: string } | undefined;
  uuids(): string[];
  agent(): XenAgent | undefined;
  /**
   * The orders were listed whole, and our own XenAgent is there: what is missing is missing by
   * somebody's will.
   */
  authoritative(): boolean;
  start(listener: ApiListener): void;
  /** Lists the orders anew; resolves when a list that began after the call is heard. */
  relist(): Promise<void>;
  /** Rejects with KubeError. */
  writeDomainStatus(domain: XenDomain, status: XenDomainStatus): Promise<WriteResult>;
  writeAgentStatus(agent: XenAgent, status: XenAgentStatus): Promise<WriteResult>;
  stop(): Promise<void>;
}
