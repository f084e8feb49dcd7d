/** Certificates, authorities and tokens are replaced while a process runs; on a real TLS server. */
import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { loadKubeconfig } from '../../../common/kube/config';
import { createTransport } from '../../../common/kube/https-transport';
import type { KubeTransport } from '../../../common/kube/transport';
import { issue, newAuthority } from '../../control-plane/pki';
import { FakeClock } from './fake-clock';
import { failure, get, put } from './http-server';

const SERVER = { kind: 'server' as const, dnsNames: [], ipv4Addresses: ['127.0.0.1'] };

describe('credentials that are replaced', () => {
  const authorities = [newAuthority(), newAuthority()] as const;
  const clients = newAuthority();
  let dir: string;
  let server: https.Server;
  let transport: KubeTransport;
  let clock: FakeClock;
  /**
   * What the server saw, and whom it lets in: by the name in the certificate, else by the token.
   */
  let seen: string[];
  let letsIn: (who: string) => boolean;

  const write = (name: string, text: string): void => writeFileSync(path.join(dir, name), text);
  const authority = (index: 0 | 1): string => authorities[index].certPem;
  function serve(index: 0 | 1): void {
    const { certPem, keyPem } = issue(authorities[index], { commonName: 'api' }, SERVER);
    server.setSecureContext({ cert: certPem, key: keyPem });
    server.closeAllConnections();
  }
  function certify(name: string): void {
    const { certPem, keyPem } = issue(clients, { commonName: name }, { kind: 'client' });
    write('client.crt', certPem);
    write('client.key', keyPem);
  }

  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'credentials-'));
    clock = new FakeClock();
    seen = [];
    letsIn = () => true;
    server = https.createServer({ requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const subject = (request.socket as TLSSocket).getPeerCertificate().subject as { CN?: string } | undefined;
      const who = request.headers.authorization ?? subject?.CN ?? 'nobody';
      seen.push(`${request.method} ${who}`);
      response.statusCode = letsIn(who) ? 200 : 401;
      response.end('{}\n');
    });
    serve(0);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });

  async function connect(user: object): Promise<void> {
    write('ca.crt', authority(0));
    const { port } = server.address() as AddressInfo;
    const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': 'ca.crt' };
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster }],
      users: [{ name: 'u', user }],
    };
    write('config', JSON.stringify(config));
    transport = createTransport({ target: await loadKubeconfig(path.join(dir, 'config')), clock });
  }
  /** Then there are connections, made with what was good until now. */
  async function connected(user: object): Promise<void> {
    await connect(user);
    await transport.request(get);
    seen = [];
  }
  const byCertificate = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };

  it('an authority that is new in its file is trusted by the very call that meets it, also a write', async () => {
    await connect({ token: 't' });
    serve(1);
    write('ca.crt', authority(1));
    await transport.request(put);
    deepEqual(seen, ['PUT Bearer t']);
  });

  it('all of many calls at once go through', async () => {
    await connect({ token: 't' });
    serve(1);
    write('ca.crt', authority(1));
    await Promise.all(Array.from({ length: 20 }, () => transport.request(put)));
    equal(seen.length, 20);
  });

  it('a watch trusts it as well', async () => {
    await connected({ token: 't' });
    serve(1);
    write('ca.crt', authority(1));
    const lines: string[] = [];
    const onLine = (line: string): boolean => lines.push(line) > 0;
    equal(await transport.stream({ ...get, idleMs: 5000, onLine }), 'closed');
    deepEqual(lines, ['{}']);
  });

  it('a server of an unknown authority is refused as before', async () => {
    await connect({ token: 't' });
    serve(1);
    const { kind, mayHaveLanded } = await failure(transport.request(put));
    deepEqual([kind, mayHaveLanded, seen], ['network', false, []]);
  });

  it('a client certificate that is refused is read again', async () => {
    certify('old');
    await connected(byCertificate);
    certify('new');
    letsIn = (who) => who === 'new';
    await transport.request(put);
    deepEqual(seen, ['PUT old', 'PUT new']);
  });

  it('… and after a minute in any case, before it expires', async () => {
    certify('old');
    await connected(byCertificate);
    certify('new');
    await transport.request(get);
    await clock.advance(60_000);
    await transport.request(get);
    deepEqual(seen, ['GET old', 'GET new']);
  });

  it('files that are caught half-written change nothing', async () => {
    certify('old');
    await connected(byCertificate);
    write('client.key', issue(clients, { commonName: 'other' }, { kind: 'client' }).keyPem);
    await clock.advance(60_000);
    await transport.request(get);
    write('ca.crt', authority(1).slice(0, 300));
    await clock.advance(60_000);
    await transport.request(get);
    deepEqual(seen, ['GET old', 'GET old']);
  });

  it('a token in the kubeconfig itself is read again once it is refused', async () => {
    await connected({ token: 'old' });
    const config = path.join(dir, 'config');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"old"', '"new"'));
    letsIn = (who) => who === 'Bearer new';
    await transport.request(put);
    deepEqual(seen, ['PUT Bearer old', 'PUT Bearer new']);
  });

  it('who is refused twice is told so', async () => {
    await connected({ token: 't' });
    letsIn = () => false;
    const { kind } = await failure(transport.request(put));
    deepEqual([kind, seen.length], ['unauthorized', 2]);
  });
});
