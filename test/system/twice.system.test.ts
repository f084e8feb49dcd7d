/** Installed twice: two operators of one fleet, each in a namespace of its own. */
import { equal, match } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { LEASES } from '../../common/kube/lease';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const LEASE = { namespace: 'kube-system', name: 'xen-fleet-operator' };
const WITHIN_MS = 60_000;

describe('two operators in two namespaces', function () {
  this.timeout(180_000);
  let playground: Playground;

  before(async () => {
    playground = await startPlayground({
      hosts: 1,
      operators: 2,
      operatorArgs: (index) => ['--namespace', `installed-${index + 1}`],
    });
  });
  after(() => playground.stop());

  const leader = async (): Promise<number> => {
    const holder = (await playground.client.get(LEASES, LEASE)).spec?.holderIdentity ?? '';
    return Number(/^installed-(\d)\//.exec(holder)?.[1]) - 1;
  };
  const logOf = (index: number): Promise<string> => readFile(playground.operator(index).logFile, 'utf8');

  it('never lead both; the second one says why it stands back, and takes over when the first is gone', async () => {
    const first = await leader();
    const second = 1 - first;
    const warning = /"this fleet has an operator in another namespace: uninstall one of them"/;
    await until(async () => match(await logOf(second), warning), WITHIN_MS);
    equal((await logOf(second)).includes('"leading"'), false);
    await playground.operator(first).kill('SIGTERM');
    await until(async () => equal(await leader(), second), WITHIN_MS);
    await until(async () => match(await logOf(second), /"leading"/), WITHIN_MS);
  });
});
