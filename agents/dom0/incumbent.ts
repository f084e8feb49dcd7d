/**
 * Which agent process began last on this Dom0. An older one that still lives stops acting as soon
 * as it sees that, long before its next heartbeat tells: two that act remember different things.
 */
import type { HostPort } from '../host/port';
import { agentFile, type Layout } from './layout';

export class Incumbent {
  private isNoted = false;
  private isOther = false;

  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
    /** Tells this process from all others. */
    private readonly process: string,
  ) {}

  /** Another process has begun here since, as was seen at the last act. It stays so. */
  get wasDisplaced(): boolean {
    return this.isOther;
  }

  /**
   * Before anything is read. Never rejects: on a Dom0 that cannot be written nothing is told, and
   * nothing is started there either.
   */
  async note(): Promise<void> {
    this.isNoted = await this.host.putFile(agentFile(this.layout), `${this.process}\n`).then(
      () => true,
      () => false,
    );
  }

  /** To be asked before each act. What cannot be read displaces nobody. */
  async isDisplaced(): Promise<boolean> {
    if (!this.isNoted || this.isOther) return this.isOther;
    const text = await this.host.readFile(agentFile(this.layout)).catch(() => undefined);
    this.isOther = text !== undefined && text.trim() !== this.process;
    return this.isOther;
  }
}
