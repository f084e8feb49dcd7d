/**
 * The ssh connections to one Dom0: as many as its commands need, eight commands on each. None waits
 * for one that hangs: who waits for whom is said by the lanes of agents/loop alone, as on the Dom0.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { checkHostKey, connect, Full, NotStarted } from './ssh-connection';
import type { SshConnection, SshTarget } from './ssh-connection';

export interface SshPoolOptions extends SshTarget {
  /**
   * Milliseconds until a connection that runs nothing is closed, unless it is the last (60 000).
   */
  readonly idleMs?: number;
}

export interface Call {
  readonly gaveUp: AbortSignal;
  readonly deadlineMs: number;
}

/** A connection, and what it is used for. */
interface Member {
  readonly connection: SshConnection;
  running: number;
  /** Takes no more commands, and ends with the last of those that it runs. */
  retired: boolean;
  idle?: NodeJS.Timeout;
}

interface Waiting {
  readonly untilMs: number;
  readonly go: (member: Member) => void;
  readonly fail: (error: NotStarted) => void;
}

/** OpenSSH's MaxSessions is 10 by default; two are left for commands that were given up. */
const PLACES = 8;
const IDLE_MS = 60_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 15_000;

export class SshPool {
  /** The oldest first: they are filled in this order, so that the others become idle. */
  private members: readonly Member[] = [];
  /** The one with the least time left first: no listing stands in line behind an hour's copy. */
  private readonly waiting: Waiting[] = [];
  private growing = false;
  private opening: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private failures = 0;
  private notBefore = 0;

  constructor(private readonly options: SshPoolOptions) {
    checkHostKey(options);
  }

  /**
   * Runs a command, unless it is given up before that is possible. One that is refused is tried on
   * another connection, unless the one that refuses it has never run any, nor is about to.
   */
  async run<T>(command: string, call: Call, begin: (channel: ClientChannel) => Promise<T>): Promise<T> {
    for (;;) {
      const member = await this.place(call);
      try {
        if (call.gaveUp.aborted) throw new NotStarted('given up before there was a connection');
        return await member.connection.start(command, begin);
      } catch (error) {
        if (!(error instanceof Full)) throw error;
        // Commands that were given up hold their sessions over there until they end.
        member.retired = true;
        if (!member.connection.served && member.running === 1) throw error;
      } finally {
        this.giveBack(member);
      }
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.fail(new NotStarted('the port is closed'));
    await this.opening;
    for (const { connection } of this.members) connection.end();
  }

  private place({ gaveUp, deadlineMs }: Call): Promise<Member> {
    return new Promise((resolve, reject) => {
      if (this.closing.signal.aborted) return reject(new NotStarted('the port is closed'));
      const over = (): void => gaveUp.removeEventListener('abort', leave);
      const waiting: Waiting = {
        untilMs: performance.now() + deadlineMs,
        go: (member) => (over(), resolve(member)),
        fail: (error) => (over(), reject(error)),
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        waiting.fail(new NotStarted('no connection in time'));
      };
      gaveUp.addEventListener('abort', leave, { once: true });
      const later = this.waiting.findIndex(({ untilMs }) => untilMs > waiting.untilMs);
      this.waiting.splice(later < 0 ? this.waiting.length : later, 0, waiting);
      this.serve();
      void this.grow();
    });
  }

  private serve(): void {
    for (;;) {
      const free = this.members.find(({ retired, running }) => !retired && running < PLACES);
      const next = free && this.waiting.shift();
      if (!next) return;
      free.running += 1;
      clearTimeout(free.idle);
      next.go(free);
    }
  }

  private giveBack(member: Member): void {
    member.running -= 1;
    this.serve();
    this.settle(member);
  }

  /** What is to become of a connection that runs nothing. */
  private settle(member: Member): void {
    if (member.running > 0) return;
    if (member.retired) return member.connection.end();
    const { idleMs = IDLE_MS } = this.options;
    member.idle = setTimeout(() => {
      if (!this.members.some((other) => other !== member && !other.retired)) return;
      member.retired = true;
      member.connection.end();
    }, idleMs).unref();
  }

  /** One handshake at a time: sshd turns away those that come in a crowd (MaxStartups). */
  private async grow(): Promise<void> {
    if (this.growing) return;
    this.growing = true;
    while (this.waiting.length > 0) {
      this.opening = this.open();
      await this.opening;
    }
    this.growing = false;
  }

  private async open(): Promise<void> {
    const waitMs = this.notBefore - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    if (this.waiting.length === 0) return;
    try {
      await connect(this.options, {
        ready: (connection) => this.admit({ connection, running: 0, retired: false }),
        closed: (gone) => this.drop(gone),
      });
      this.failures = 0;
    } catch (error) {
      this.backOff();
      // While another connection lives, a place on it may become free in time.
      if (this.members.some(({ retired }) => !retired)) return;
      this.fail(new NotStarted(`no ssh connection: ${(error as Error).message}`, { cause: error }));
    }
  }

  private admit(member: Member): void {
    this.members = [...this.members, member];
    this.serve();
    this.settle(member);
  }

  private drop(gone: SshConnection): void {
    this.members = this.members.filter(({ connection }) => connection !== gone);
  }

  private fail(error: NotStarted): void {
    for (const { fail } of this.waiting.splice(0)) fail(error);
  }

  private backOff(): void {
    const wait = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.failures++);
    this.notBefore = performance.now() + wait * (0.75 + Math.random() / 2);
  }
}
