import { deepEqual, equal } from 'node:assert/strict';
import { parseFlags } from '../../agents/flags';

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
});
