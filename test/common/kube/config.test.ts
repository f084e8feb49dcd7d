import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from '../../../common/kube/https-transport';
import { loadInCluster, loadKubeconfig, tokenFromFile } from '../../../common/kube/config';
import { FakeClock } from './fake-clock';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function kubeconfig(cluster: string, user: string): string {
  return `
apiVersion: v1
kind: Config
current-context: c
contexts:
  - {name: other, context: {cluster: nowhere, user: nobody}}
  - {name: c, context: {cluster: k, user: u}}
clusters:
  - {name: k, cluster: ${cluster}}
users:
  - {name: u, user: ${user}}
`;
}

describe('kubeconfig', () => {
  let dir: string;
  let file: string;
  const load = async (text: string): ReturnType<typeof loadKubeconfig> => {
    await writeFile(file, text);
    return loadKubeconfig(file);
  };
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'kubeconfig-'));
    file = path.join(dir, 'config');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('gives CA, client certificate and key from data', async () => {
    const user = `{client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}`;
    const target = await load(kubeconfig(`{server: "https://s:1", certificate-authority-data: ${base64('CA')}}`, user));
    const { reload, ...read } = target;
    deepEqual(read, { server: 'https://s:1', ca: 'CA', cert: 'CERT', key: 'KEY' });
    equal((await reload?.(false))?.cert, 'CERT');
  });

  it('finds files relative to itself, and follows a token file', async () => {
    await writeFile(path.join(dir, 'ca.pem'), 'CA');
    await writeFile(path.join(dir, 'token'), 'one\n');
    const target = await load(
      kubeconfig('{server: "https://s:1", certificate-authority: ca.pem, tls-server-name: api}', '{tokenFile: token}'),
    );
    deepEqual([target.ca, target.serverName, await target.token?.()], ['CA', 'api', 'one']);
    await writeFile(path.join(dir, 'token'), 'two\n');
    deepEqual([await target.token?.(), await target.token?.(true)], ['one', 'two']);
  });

  it('reads JSON as well', async () => {
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: 'https://s:1' } }],
      users: [{ name: 'u', user: { token: 'T' } }],
    };
    const target = await load(JSON.stringify(config));
    deepEqual([target.server, await target.token?.()], ['https://s:1', 'T']);
  });

  const refused: [string, string, string, RegExp][] = [
    ['an exec plugin', '{server: "https://s"}', '{exec: {command: x}}', /config: exec is not supported/],
    ['a password', '{server: "https://s"}', '{username: x, password: y}', /username is not supported/],
    [
      'no verification',
      '{server: "https://s", insecure-skip-tls-verify: true}',
      '{}',
      /insecure-skip-tls-verify is not/,
    ],
    ['no server', '{}', '{}', /no server/],
    ['a wrong type', '{server: 5}', '{}', /server is no string/],
    ['a missing file', '{server: "https://s", certificate-authority: none.pem}', '{}', /none\.pem/],
  ];
  for (const [what, cluster, user, message] of refused) {
    it(`refuses ${what} with words that help`, async () => {
      await rejects(load(kubeconfig(cluster, user)), message);
    });
  }

  it('refuses a context, a cluster, or a whole file that is not there', async () => {
    await rejects(loadKubeconfig(file), /ENOENT/);
    await rejects(load('[]'), /the file is missing or no object/);
    await rejects(load('{}'), /no current-context/);
    await writeFile(file, kubeconfig('{server: "https://s"}', '{}'));
    await rejects(loadKubeconfig(file, 'other'), /no entry "nowhere" in clusters/);
    await rejects(loadKubeconfig(file, 'none'), /no entry "none" in contexts/);
  });

  it('finds itself in a pod, and says so where it is not in one', async () => {
    await writeFile(path.join(dir, 'ca.crt'), 'CA');
    await writeFile(path.join(dir, 'token'), 'T');
    const target = await loadInCluster({
      dir,
      env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
    });
    deepEqual([target.server, target.ca, await target.token?.()], ['https://[fd00::1]:6443', 'CA', 'T']);
    await rejects(loadInCluster({ dir, env: {} }), /not in a cluster/);
  });

  it('reads a token file again after a minute, at once when told, and lives with one that is gone for a moment', async () => {
    const clock = new FakeClock();
    const token = tokenFromFile(file, clock);
    await rejects(token(), /ENOENT/);
    await writeFile(file, 'one');
    equal(await token(), 'one');
    await writeFile(file, 'two');
    await clock.advance(59_999);
    equal(await token(), 'one');
    await clock.advance(1);
    equal(await token(), 'two');
    await rm(file);
    equal(await token(true), 'two');
  });
});

describe('a server that is spoken to in the clear', () => {
  for (const server of [
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'http://[::1]:8080',
    'https://10.0.0.1:6443',
  ]) {
    it(`may be ${server}`, () => createTransport({ target: { server } }).close());
  }

  for (const server of [
    'http://10.0.0.1:8080',
    'http://api.example.org',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'ftp://localhost',
  ]) {
    it(`is not ${server}`, () => {
      throws(
        () => createTransport({ target: { server } }),
        /could read the token\. Give an address that begins with https/,
      );
    });
  }
});
