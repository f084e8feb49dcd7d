import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { operatorTarget } from '../../../operator/adapters/kube';

const NO_ENV = { HOME: '/nonexistent' };
const b64 = (text: string): string => Buffer.from(text).toString('base64');

describe('operator kube target', function () {
  this.timeout(30_000); // the first import of client-node

  let dir: string;
  before(() => (dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-kube-'))));
  after(() => rmSync(dir, { recursive: true }));

  const write = (name: string, text: string, mode = 0o600): string => {
    const file = path.join(dir, name);
    writeFileSync(file, text, { mode });
    return file;
  };

  interface Parts {
    user: unknown;
    cluster?: Record<string, unknown>;
    name?: string;
  }
  const kubeconfig = (file: string, { user, cluster = {}, name = 'main' }: Parts): string =>
    write(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': name,
        clusters: [
          { name, cluster: { server: `https://${name}:6443`, 'certificate-authority-data': b64('CA'), ...cluster } },
        ],
        users: [{ name, user }],
        contexts: [{ name, context: { cluster: name, user: name } }],
      }),
    );

  it('reads a token, the CA and the name to expect', async () => {
    const file = kubeconfig('token', { user: { token: 's3cret' }, cluster: { 'tls-server-name': 'kubernetes' } });
    const { token, reload: _reload, ...target } = await operatorTarget({ kubeconfig: file, env: NO_ENV });
    assert.deepEqual(target, { server: 'https://main:6443', ca: 'CA', serverName: 'kubernetes' });
    assert.equal(await token?.(), 's3cret');
  });

  it('reads a client certificate from files beside the kubeconfig, and then sends no token', async () => {
    write('me.crt', 'CERT');
    write('me.key', 'KEY');
    const file = kubeconfig('cert', { user: { 'client-certificate': 'me.crt', 'client-key': 'me.key' } });
    const { reload, ...target } = await operatorTarget({ env: { ...NO_ENV, KUBECONFIG: file } });
    assert.deepEqual(target, { server: 'https://main:6443', ca: 'CA', cert: 'CERT', key: 'KEY' });
    write('me.crt', 'CERT2');
    assert.equal((await reload?.(false))?.cert, 'CERT2');
  });

  it('merges several files and picks the context that is asked for', async () => {
    const one = kubeconfig('one', { user: { token: '1' }, name: 'one' });
    const two = kubeconfig('two', { user: { token: '2' }, name: 'two' });
    const both = [one, two].join(path.delimiter);
    assert.equal((await operatorTarget({ kubeconfig: both, env: NO_ENV })).server, 'https://one:6443');
    const second = await operatorTarget({ kubeconfig: both, context: 'two', env: NO_ENV });
    assert.equal(await second.token?.(), '2');
    await assert.rejects(
      operatorTarget({ kubeconfig: both, context: 'three', env: NO_ENV }),
      /no context "three"; there are: one, two/,
    );
  });

  it('runs an exec plugin, and again only when its token is refused', async () => {
    const counter = path.join(dir, 'count');
    writeFileSync(counter, '');
    const script = `#!/bin/sh
printf x >> ${counter}
n=$(wc -c < ${counter})
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s"}}' $n`;
    const command = write('plugin', script, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
    const { token } = await operatorTarget({ kubeconfig: kubeconfig('exec', { user: { exec } }), env: NO_ENV });
    assert.equal(await token?.(), 't1');
    assert.equal(await token?.(), 't1');
    assert.equal(await token?.(true), 't2');
    assert.equal(await token?.(), 't2');
  });

  it('reads a token that was replaced in its file once the old one is refused', async () => {
    const tokenFile = write('token-file', 'old\n');
    const { token } = await operatorTarget({ kubeconfig: kubeconfig('file', { user: { tokenFile } }), env: NO_ENV });
    assert.equal(await token?.(), 'old');
    writeFileSync(tokenFile, 'new\n');
    assert.equal(await token?.(true), 'new');
  });

  for (const [what, parts] of [
    ['insecure-skip-tls-verify', { user: {}, cluster: { 'insecure-skip-tls-verify': true } }],
    ['proxy-url', { user: {}, cluster: { 'proxy-url': 'http://proxy:3128' } }],
    ['username and password', { user: { username: 'me', password: 'x' } }],
    ['impersonation', { user: { token: 't', as: 'boss' } }],
  ] as const) {
    it(`refuses ${what} instead of leaving it out`, async () => {
      const file = kubeconfig('refused', parts);
      await assert.rejects(operatorTarget({ kubeconfig: file, env: NO_ENV }), (error: Error) => {
        assert.match(error.message, new RegExp(`^kubeconfig ${file}: ${what}.* not supported`));
        return true;
      });
    });
  }

  it('refuses to go on as nobody', async () => {
    const one = kubeconfig('nobody', { user: {}, name: 'one' });
    const two = kubeconfig('two', { user: { token: '2' }, name: 'two' });
    const both = [one, two].join(path.delimiter);
    await assert.rejects(
      operatorTarget({ kubeconfig: both, env: NO_ENV }),
      /user "one" has neither token, plugin nor certificate/,
    );
  });

  it('says which file it could not read', async () => {
    await assert.rejects(
      operatorTarget({ kubeconfig: '/nonexistent/config', env: NO_ENV }),
      /^Error: kubeconfig \/nonexistent\/config: /,
    );
  });

  it('says what to give when there is nothing to go by', async () => {
    await assert.rejects(operatorTarget({ env: NO_ENV }), /give --kubeconfig or \$KUBECONFIG, or run in a pod/);
  });
});
