/** The policy file of the Dom0. Whoever asks gets it as it was at most 10 s ago. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../common/ports';
import type { HostPort } from '../host/port';
import { parsePolicy } from '../xl/policy';
import type { PolicyResult } from '../xl/policy';

const FRESH_MS = 10_000;

export class PolicySource {
  private last: { readonly atMs: number; readonly policy: Promise<PolicyResult> } | undefined;
  digest: string | undefined;

  constructor(
    private readonly host: HostPort,
    private readonly clock: Clock,
    private readonly file: string,
  ) {}

  get(): Promise<PolicyResult> {
    const nowMs = this.clock.monotonicMs();
    if (!this.last || nowMs - this.last.atMs > FRESH_MS) this.last = { atMs: nowMs, policy: this.read() };
    return this.last.policy;
  }

  private async read(): Promise<PolicyResult> {
    try {
      const text = await this.host.readFile(this.file);
      this.digest = text === undefined ? undefined : createHash('sha256').update(text).digest('hex').slice(0, 16);
      return parsePolicy(text);
    } catch (error) {
      return { ok: false, message: `the policy file of the host cannot be read: ${String(error)}` };
    }
  }
}
