import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { speakingMetrics } from '../operator/adapters/speaking';
import { startHelm } from './helm';
import type { Helm, Manifest } from './helm';
import { runHelmTest } from './helm-test';

describe('helm test', function () {
  this.timeout(60_000);

  let helm: Helm;
  let manifests: readonly Manifest[];
  let server: Server;
  let answers: Readonly<Record<string, readonly [number, string]>> = {};
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  before(async function () {
    this.timeout(600_000); // the first time, helm is built
    helm = await startHelm();
    manifests = await helm.render();
    server = createServer((request, response) => {
      const [code, text] = answers[request.url ?? ''] ?? [404, 'nothing here'];
      response.writeHead(code).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    helm?.stop();
    server?.close();
  });

  it('passes where the operator is ready and tells its figures', async () => {
    answers = { '/readyz': [200, 'ok'], '/metrics': [200, (await speakingMetrics().expose()).body] };
    const { code, text } = await runHelmTest(manifests, url());
    assert.deepEqual([code, text], [0, `operator 1.2.3 is ready at ${url()}\n`]);
  });

  it('fails where it is not ready, and says what it lacks', async () => {
    answers = { '/readyz': [503, 'xenvms not listed yet'], '/metrics': [200, ''] };
    const { code, text } = await runHelmTest(manifests, url());
    assert.deepEqual([code, text], [1, `${url()}: /readyz answers 503: xenvms not listed yet\n`]);
  });

  it('fails where something else answers', async () => {
    answers = { '/readyz': [200, 'ok'], '/metrics': [200, 'go_info 1\n'] };
    const { code, text } = await runHelmTest(manifests, url());
    assert.equal(code, 1);
    assert.match(text, /something else answers/);
  });

  it('fails where nobody answers, once its time is over', async () => {
    const { code, text } = await runHelmTest(manifests, 'http://127.0.0.1:1', 1);
    assert.equal(code, 1);
    assert.match(text, /^(http:\/\/127.0.0.1:1: fetch failed: \S.*\n){2,3}$/);
  });

  it('asks the Service that the chart makes', async () => {
    for (const values of [{}, { nameOverride: 'other', 'service.port': 9000 }]) {
      const all = await helm.render(values);
      const service = all.find(({ kind }) => kind === 'Service');
      const pod = all.find(({ kind }) => kind === 'Pod');
      const { name, namespace = '' } = service?.metadata ?? { name: '' };
      const address = `http://${name}.${namespace}:${service?.['spec'].ports[0].port}`;
      assert.equal(pod?.['spec'].containers[0].env[0].value, address);
    }
  });
});
