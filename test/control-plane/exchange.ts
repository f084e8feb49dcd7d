// One request on its way through the proxy: passed on, unless its fault says otherwise.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { Agent } from 'node:https';
import { countEvents, endOfEvents, expiredEvent, reasonOf, statusBody } from './faults';
import type { Fault, ProxiedRequest } from './types';

export type Upstream = { server: string; agent: Agent };

/** These belong to one connection, not to the message. */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host'];

const withoutHops = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));

export class Exchange {
  private silent = false;
  private timers: NodeJS.Timeout[] = [];
  private abortUpstream: () => void = () => undefined;

  constructor(
    private readonly incoming: IncomingMessage,
    private readonly outgoing: ServerResponse,
    private readonly upstream: Upstream,
    readonly record: ProxiedRequest,
  ) {
    outgoing.once('close', () => this.close());
  }

  run(fault: Fault | undefined): void {
    switch (fault?.kind) {
      case 'status':
        return this.answer(fault);
      case 'delay':
        return void this.later(fault.delayMs, () => this.forward(undefined));
      case 'silent':
        return fault.afterMs === undefined ? this.silence() : this.forward(fault);
      case 'cut':
        return fault.afterMs === undefined && fault.afterEvents === undefined ? this.cut() : this.forward(fault);
      default:
        return this.forward(fault);
    }
  }

  cut(): void {
    this.incoming.socket.destroy();
  }

  /** From here on the client hears nothing, and the connection stays. */
  silence(): void {
    this.silent = true;
    this.incoming.resume();
  }

  private later(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms));
  }

  private close(): void {
    this.timers.forEach(clearTimeout);
    this.abortUpstream();
  }

  private answer(fault: Extract<Fault, { kind: 'status' }>): void {
    const retry = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
    this.incoming.resume();
    this.begin(fault.code, { 'content-type': 'application/json', ...retry });
    this.outgoing.end(statusBody(fault.code, reasonOf(fault)));
  }

  private begin(status: number, headers: IncomingHttpHeaders): void {
    this.record.status = status;
    this.outgoing.writeHead(status, headers);
    this.outgoing.flushHeaders(); // a watch may have nothing to say for long
  }

  private forward(fault: Fault | undefined): void {
    const { method = 'GET', url = '/' } = this.incoming;
    const headers = withoutHops(this.incoming.headers);
    const call = request(`${this.upstream.server}${url}`, { method, headers, agent: this.upstream.agent });
    this.abortUpstream = () => call.destroy();
    call.once('response', (answer) => this.relay(answer, fault));
    call.once('error', () => !this.silent && this.cut()); // the server is away: so is the proxy
    this.incoming.pipe(call);
  }

  private relay(answer: IncomingMessage, fault: Fault | undefined): void {
    answer.once('error', () => this.cut());
    if (fault?.kind === 'loseAnswer') return void answer.resume().once('end', () => this.cut());
    if (!this.silent) this.begin(answer.statusCode ?? 502, withoutHops(answer.headers));
    if (fault?.kind === 'cut' && fault.afterMs !== undefined) this.later(fault.afterMs, () => this.cut());
    if (fault?.kind === 'silent') this.later(fault.afterMs ?? 0, () => this.silence());
    const limit = eventLimit(fault);
    if (limit === 0) return this.endEvents(fault);
    this.pump(answer, limit, () => this.endEvents(fault));
    answer.once('end', () => !this.silent && this.outgoing.end());
  }

  /** Passes the body on, but no more than so many events. */
  private pump(answer: IncomingMessage, limit: number, atLimit: () => void): void {
    let left = limit;
    answer.on('data', (chunk: Buffer) => {
      if (this.silent) return;
      const end = left === Infinity ? -1 : endOfEvents(chunk, left);
      const flowing = this.outgoing.write(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) {
        answer.pause();
        return atLimit();
      }
      left -= countEvents(chunk);
      if (flowing) return;
      answer.pause();
      this.outgoing.once('drain', () => answer.resume());
    });
  }

  private endEvents(fault: Fault | undefined): void {
    if (fault?.kind !== 'expire') return void setImmediate(() => this.cut()); // lets the last event leave
    this.outgoing.end(expiredEvent);
    this.abortUpstream();
  }
}

function eventLimit(fault: Fault | undefined): number {
  if (fault?.kind === 'expire') return fault.afterEvents ?? 0;
  if (fault?.kind === 'cut') return fault.afterEvents ?? Infinity;
  return Infinity;
}
