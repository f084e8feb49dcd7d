/**
 * What ends a call before its answer: the deadline, the caller, or the closing of the transport.
 */
import { KubeError } from './errors';
import type { Exchange } from './exchange';
import type { KubeRequest } from './transport';

const DEFAULT_DEADLINE_MS = 15_000;

export const whatOf = (call: KubeRequest): string => `${call.method} ${call.path}`;

export class CallLife {
  private readonly timer: NodeJS.Timeout;
  private exchange: Exchange | undefined;
  private reason: KubeError | undefined;

  constructor(
    private readonly call: KubeRequest,
    private readonly living: Set<CallLife>,
  ) {
    const deadlineMs = call.deadlineMs ?? DEFAULT_DEADLINE_MS;
    this.timer = setTimeout(() => this.end('timeout', `no answer within ${deadlineMs} ms`), deadlineMs);
    call.signal?.addEventListener('abort', this.onAbort, { once: true });
    living.add(this);
    if (call.signal?.aborted === true) this.onAbort();
  }

  /** Ties an exchange to this life. */
  hold(exchange: Exchange): Exchange {
    this.exchange = exchange;
    if (this.reason !== undefined) exchange.abort(this.reason);
    return exchange;
  }

  /** From here on silence is measured by who reads. */
  stopDeadline(): void {
    clearTimeout(this.timer);
  }

  end(kind: 'timeout' | 'aborted', why: string): void {
    const mayHaveLanded = this.exchange?.mayHaveLanded ?? false;
    this.reason ??= new KubeError(kind, `${whatOf(this.call)}: ${why}`, { mayHaveLanded });
    this.exchange?.abort(this.reason);
  }

  throwIfOver(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  release(): void {
    clearTimeout(this.timer);
    this.call.signal?.removeEventListener('abort', this.onAbort);
    this.living.delete(this);
  }

  private readonly onAbort = (): void => this.end('aborted', 'given up by the caller');
}
