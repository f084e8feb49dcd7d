import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/playground';
import { until } from './until';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
interface Vm {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string; readonly conditions: readonly Condition[] };
}

function conditionOf({ metadata, status }: Vm, wanted: string): Condition {
  const found = status.conditions.find(({ type }) => type === wanted);
  ok(found, `${metadata.name} has no condition ${wanted}`);
  return found;
}

describe('the sample on one host of 64 GiB', function () {
  this.timeout(60_000);
  let playground: Playground;
  const vms = async (): Promise<Vm[]> =>
    JSON.parse(await playground.kubectl(['get', 'xvm', '-n', 'acme', '-o', 'json'])).items as Vm[];
  const inPhase = async (phase: string): Promise<Vm[]> => (await vms()).filter(({ status }) => status.phase === phase);

  before(async function () {
    this.timeout(120_000);
    playground = await startPlayground({ hosts: 1 });
    await playground.kubectl(['apply', '-f', 'examples/vps']);
  });
  after(() => playground?.stop());

  it('runs three of four; the fourth says within 25 s how many MiB are missing', async () => {
    await until(async () => {
      equal((await inPhase('Running')).length, 3);
      const [vm] = await inPhase('Pending');
      ok(vm, 'none is Pending');
      const { status, reason, message } = conditionOf(vm, 'Stalled');
      deepEqual([status, reason], ['True', 'Unschedulable']);
      match(message, /\b\d+ MiB\b/);
      equal(conditionOf(vm, 'Ready').status, 'False');
    }, 25_000);
  });

  it('says by how much: another host of that size would do, so would one VM less', async () => {
    const [vm] = await inPhase('Pending');
    ok(vm);
    const { message } = conditionOf(vm, 'Stalled');
    const missingMiB = Number(/(\d+) MiB/.exec(message)?.[1]);
    ok(missingMiB > 0 && missingMiB < 16_384 + 1024, message);
  });

  it('starts the fourth as soon as another is gone', async () => {
    const [victim] = await inPhase('Running');
    const [waiting] = await inPhase('Pending');
    await playground.kubectl(['delete', 'xvm', '-n', 'acme', victim?.metadata.name ?? '', '--timeout=40s']);
    await playground.kubectl([
      'wait',
      '--for=condition=Ready',
      `xvm/${waiting?.metadata.name}`,
      '-n',
      'acme',
      '--timeout=25s',
    ]);
  });
});
