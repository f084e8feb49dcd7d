/**
 * What the parts of the contract share: the host under test, and short words for the calls about
 * one domain.
 */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { ExecResult, HostPort } from '../../../agents/host/port';
import type { CommandResult } from '../../sim';

export interface HostUnderTest {
  readonly host: HostPort;
  /** A cfg that this host can start, of a small guest that obeys. */
  cfg(uuid: string, name: string): string;
  /**
   * The faults of a simulated host (`sim delay …`); absent on real Xen, where the tests that need
   * them are skipped.
   */
  readonly sim?: (...argv: string[]) => Promise<CommandResult>;
  /**
   * Cuts what connects the port with the host, as a dead agent or network would; absent where there
   * is nothing to cut.
   */
  readonly cut?: () => Promise<void>;
  /**
   * Goes before paths in commands of the test's own; absent on a host whose files know no symlinks.
   */
  readonly root?: string;
  stop(): Promise<void>;
}

export const contractDir = '/var/lib/xenfleet/contract';
export const pool = `${contractDir}/pool`;
export const POOL_NAME = 'contract';
export const POOL_ID = 'id-1';
export const imageDir = `${contractDir}/images`;

export function assertExited(result: ExecResult, code: number): void {
  assert.deepEqual({ end: result.end, code: result.code }, { end: 'exited', code }, JSON.stringify(result));
}

/** A create on an emulated host takes a minute when the machine is busy. */
const patient = { deadlineMs: 200_000 };

/** Short words for one domain's calls. */
export function domainCalls(under: HostUnderTest, uuid: string = randomUUID()) {
  const name = `contract.${uuid.slice(0, 8)}`;
  const state = `${contractDir}/state`;
  const cfgPath = `${contractDir}/cfg/${uuid}.cfg`;
  const owner = `f contract/${uuid}`;
  const call = (script: string, ...args: string[]) => under.host.locked(uuid, script, args, patient);
  return {
    uuid,
    cfgPath,
    name,
    async write() {
      await under.host.putFile(cfgPath, under.cfg(uuid, name));
    },
    create: (epoch: number | string, options = {}) =>
      under.host.locked(uuid, 'create', [state, uuid, String(epoch), cfgPath, `f ${epoch} contract/${uuid}`], {
        ...patient,
        ...options,
      }),
    retire: (epoch: number) => call('retire', state, uuid, String(epoch)),
    owner,
    shutdown: (...flags: string[]) => call('shutdown', uuid, owner, ...flags),
    destroy: (...only: string[]) => call('destroy', uuid, owner, ...only),
    refusedFile: `${state}/fence/${uuid}`,
    /** State and domid of every row with the UUID. */
    async rows(): Promise<string[]> {
      const { stdout } = await under.host.exec(['xl', 'list', '-v']);
      return stdout.split('\n').filter((line) => line.includes(uuid));
    },
  };
}

export async function until(what: string, holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
