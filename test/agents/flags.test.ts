import { deepEqual, equal, throws } from 'node:assert/strict';
import { agentProgram, parseFlags } from '../../agents/flags';
import { jsonLog } from '../../agents/json-log';

describe('flags of the agent', () => {
  it('have defaults for a Dom0', () => {
    const flags = parseFlags(['--host', 'xen-1']);
    deepEqual(flags, {
      host: 'xen-1',
      hostRoot: '',
      stateDir: '/var/lib/xenfleet',
      policyFile: '/etc/xenfleet/policy.json',
      heartbeatMs: 10_000,
      pollMs: 5000,
      logLevel: 'info',
    });
  });

  it('say how an agentless host is reached', () => {
    const ssh = ['--mode', 'ssh', '--ssh-host', 'dom0', '--ssh-key-file', '/k', '--ssh-host-key', 'SHA256:abc'];
    deepEqual(parseFlags(['--host', 'x', ...ssh]).ssh, {
      host: 'dom0',
      port: 22,
      user: 'root',
      keyFile: '/k',
      hostKey: 'SHA256:abc',
    });
  });

  it('take a folder for a Dom0, without a slash at its end', () =>
    equal(parseFlags(['--host', 'x', '--host-root', '/host/']).hostRoot, '/host'));

  const numbers = [
    ['--ssh-port <port>', 65_535],
    ['--heartbeat-seconds <n>', 10],
    ['--poll-seconds <n>', 10],
  ] as const;
  for (const [flag, max] of numbers)
    it(`take for ${flag} a whole number from 1 to ${max}, and say so`, () => {
      const [name = ''] = flag.split(' ');
      const read = (value: string): unknown => {
        const program = agentProgram()
          .exitOverride()
          .configureOutput({ writeErr: () => undefined });
        const option = program.options.find(({ long }) => long === name);
        return program.parse(['--host', 'x', `${name}=${value}`], { from: 'user' }).opts()[option!.attributeName()];
      };
      for (const good of [1, max]) equal(read(String(good)), good);
      for (const bad of ['0', '-1', String(max + 1), '1000000', '2.5', '0x1', '1e0', ' 1', '', 'NaN', 'Infinity'])
        throws(() => read(bad), {
          message: `error: option '${flag}' argument '${bad}' is invalid. Give a whole number from 1 to ${max}.`,
        });
    });

  it('say in milliseconds what they are given in seconds', () => {
    const { heartbeatMs, pollMs } = parseFlags(['--host', 'x', '--heartbeat-seconds', '7', '--poll-seconds', '3']);
    deepEqual([heartbeatMs, pollMs], [7000, 3000]);
  });
});

describe('log lines', () => {
  it('are JSON in the shape of pino, from their level upwards', () => {
    const lines: string[] = [];
    const log = jsonLog({ level: 'info', base: { host: 'h1' }, write: (line) => lines.push(line), wallMs: () => 7 });
    log.debug({}, 'no');
    log.warn({ uuid: 'u' }, 'a "word"\n');
    deepEqual(
      lines.map((line) => JSON.parse(line) as object),
      [{ level: 40, time: 7, host: 'h1', uuid: 'u', msg: 'a "word"\n' }],
    );
    equal(lines[0]?.split('\n').length, 2);
  });
});
