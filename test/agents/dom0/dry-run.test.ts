/** The dry run before a start: whatever it does not say clearly forbids the start. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { dryRun } from '../../../agents/dom0/dry-run';
import { renderCfg } from '../../../agents/xl/cfg';
import { InProcessHost } from '../../sim/in-process-host';
import { UUID, cfgInput, order } from '../orders';
import { answering, layout, type Answer } from './answering';

const input = cfgInput(order());
const rendered = renderCfg(input);
const text = rendered.ok ? rendered.text : '';
const FILE = `/state/cfg/${UUID}.cfg`;

describe('a dry run', () => {
  const rows: [string, Answer, string, RegExp][] = [
    ['fails', { code: 1, stderr: 'Failed to parse config' }, 'ConfigRejected', /xl create -n/],
    ['ends badly after it has printed all', { code: 1, stdout: '{"c_info":{}}' }, 'CreateFailed', /exit code 1/],
    ['gives no answer in time', { end: 'deadline', code: null }, 'ToolstackHung', /xl create -n gave no answer/],
    ['is killed', { end: 'signalled', code: null }, 'CreateFailed', /killed/],
    ['cannot be asked', { end: 'disconnected', code: null }, 'HostUnreachable', /xl create -n|cannot be asked/],
    ['prints nothing', {}, 'ConfigRejected', /^xl create -n printed no configuration$/],
    [
      'shows another domain',
      { stdout: '{"c_info":{"name":"other"}}' },
      'ConfigRejected',
      /c_info.name: asked tenant.web/,
    ],
  ];
  for (const [what, answer, reason, words] of rows)
    it(`that ${what}: ${reason}`, async () => {
      const failure = await dryRun(answering(answer).host, layout, { input, text });
      equal(failure?.reason, reason);
      match(failure?.message ?? '', words);
    });

  it('of what was meant finds nothing, and makes no domain', async () => {
    const host = new InProcessHost();
    equal(await dryRun(host, layout, { input, text }), undefined);
    equal(await host.readFile(FILE), text);
    equal(host.xen.domains.size, 0);
  });

  it('asks about the file that the start will use, below the root of the Dom0', async () => {
    const { host, asked, written, deadlinesMs } = answering({ code: 1 });
    await dryRun(host, { ...layout, root: '/dom0' }, { input, text });
    deepEqual(asked, [`xl create -n /dom0${FILE}`]);
    deepEqual([...written], [[FILE, text]]);
    deepEqual(deadlinesMs, [30_000]);
  });
});
