import assert from 'node:assert/strict';
import { readConfig } from '../../../operator/adapters/config';
import type { OperatorConfig } from '../../../operator/adapters/types';
import { version } from '../../../package.json';

function config(args: string[], env: Record<string, string> = {}): OperatorConfig {
  const outcome = readConfig(args, env);
  if (outcome.kind === 'exit') assert.fail(outcome.text);
  return outcome.config;
}

function exit(args: string[], env: Record<string, string> = {}): { code: number; text: string } {
  const outcome = readConfig(args, env);
  if (outcome.kind === 'run') assert.fail('it would run');
  return outcome;
}

describe('operator config', () => {
  it('has a default for everything but the kubeconfig', () => {
    const { identity, ...rest } = config([]);
    assert.deepEqual(rest, {
      namespace: 'xen-fleet-system',
      leaderElectLeaseMs: 15_000,
      listen: { port: 8080 },
      hostUnknownAfterMs: 25_000,
      brake: { deletions: 10, percent: 20, windowMs: 300_000 },
      workers: 16,
      logLevel: 'info',
      logFormat: 'json',
    });
    assert.match(identity, /_[0-9a-f]{8}$/);
  });

  it('takes a flag before the environment, and the environment before the default', () => {
    const env = { XENFLEET_WORKERS: '3', XENFLEET_LOG_LEVEL: 'debug', POD_NAMESPACE: 'fleet', KUBECONFIG: '/env' };
    const found = config(['--workers', '4', '--kubeconfig', '/flag'], env);
    assert.equal(found.workers, 4);
    assert.equal(found.kubeconfig, '/flag');
    assert.equal(found.logLevel, 'debug');
    assert.equal(found.namespace, 'fleet');
    assert.equal(config([], env).kubeconfig, '/env');
  });

  it('counts an empty environment variable as unset', () => {
    assert.equal(config([], { XENFLEET_WORKERS: '', POD_NAMESPACE: '' }).workers, 16);
  });

  it('gives two processes of one pod two identities, unless told one', () => {
    const env = { POD_NAME: 'operator-0' };
    assert.match(config([], env).identity, /^operator-0_/);
    assert.notEqual(config([], env).identity, config([], env).identity);
    assert.equal(config(['--identity', 'me'], env).identity, 'me');
  });

  for (const [given, listen] of [
    [':0', { port: 0 }],
    ['127.0.0.1:9090', { host: '127.0.0.1', port: 9090 }],
    ['[::1]:9090', { host: '::1', port: 9090 }],
  ] as const) {
    it(`listens on ${given}`, () => assert.deepEqual(config(['--listen', given]).listen, listen));
  }

  for (const [flag, value, remedy] of [
    ['--workers', '0', 'from 1 to 256'],
    ['--workers', '1.5', 'a whole number'],
    ['--workers', '9999999999', 'a whole number'],
    ['--leader-elect-lease-seconds', '4', 'from 5 to 600'],
    ['--host-unknown-after-seconds', '10', 'from 11 to 3600'],
    ['--brake-deletions', 'many', 'from 0 to'],
    ['--brake-percent', '101', 'from 0 to 100'],
    ['--brake-window-seconds', '1', 'from 10 to 86400'],
    ['--listen', '8080', 'e.g. :8080'],
    ['--listen', ':65536', 'up to 65535'],
    ['--listen', '::1:80', 'e.g. :8080'],
    ['--log-level', 'loud', 'debug, info, warn, error'],
    ['--log-format', 'xml', 'json, text'],
    ['--namespace', 'Not_A_Label', 'name of a namespace'],
    ['--kubeconfig', '', 'leave the option out'],
  ] as const) {
    it(`refuses ${flag} ${value || '""'}`, () => {
      const { code, text } = exit([`${flag}=${value}`]);
      assert.equal(code, 2);
      assert.ok(text.startsWith(`${flag}: "${value}"`), text);
      assert.ok(text.includes(remedy), text);
    });
  }

  it('names the environment variable where the value came from there, and every problem at once', () => {
    const { text } = exit(['--log-level=loud'], { XENFLEET_WORKERS: 'many' });
    assert.match(text, /^\$XENFLEET_WORKERS: "many"/m);
    assert.match(text, /^--log-level: "loud"/m);
  });

  it('refuses flags and arguments that do not exist', () => {
    assert.match(exit(['--worker', '3']).text, /unknown option '--worker'[^]*--workers/);
    assert.equal(exit(['run']).code, 2);
    assert.match(exit(['--workers']).text, /argument missing/);
  });

  it('prints help with every option, default and variable, and its version', () => {
    const help = exit(['--help']);
    assert.equal(help.code, 0);
    for (const word of ['--host-unknown-after-seconds <n>', 'default 25]', '[$KUBECONFIG]', 'default :8080]']) {
      assert.ok(help.text.replace(/\s+/g, ' ').includes(word), `${word} is missing in\n${help.text}`);
    }
    assert.deepEqual(exit(['--version']), { kind: 'exit', code: 0, text: version });
  });
});
