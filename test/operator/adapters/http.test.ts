import assert from 'node:assert/strict';
import http from 'node:http';
import { startHttpServer } from '../../../operator/adapters/http';
import type { HttpServer } from '../../../operator/adapters/http';

describe('operator http server', () => {
  let server: HttpServer;
  let missing: string[] = [];
  let metrics = (): Promise<{ contentType: string; body: string }> =>
    Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' });

  before(async () => {
    server = await startHttpServer({
      listen: { host: '127.0.0.1', port: 0 },
      metrics: () => metrics(),
      notReady: () => missing,
    });
  });
  after(() => server.stop());

  const get = async (
    path: string,
    init: RequestInit = {},
  ): Promise<{ code: number; body: string; type: string | null }> => {
    const response = await fetch(server.url + path, init);
    return { code: response.status, body: await response.text(), type: response.headers.get('content-type') };
  };

  it('serves metrics with their own content type', async () => {
    assert.deepEqual(await get('/metrics?x=1'), { code: 200, body: 'up 1\n', type: 'text/plain; version=0.0.4' });
  });

  it('is healthy while the process lives, ready when nothing is missing', async () => {
    missing = ['xenvms are not synced', 'not leading'];
    assert.equal((await get('/healthz')).code, 200);
    const unready = await get('/readyz');
    assert.equal(unready.code, 503);
    assert.equal(unready.body, 'not ready: xenvms are not synced\nnot ready: not leading\n');
    missing = [];
    assert.equal((await get('/readyz')).code, 200);
  });

  it('says what there is where there is nothing, and refuses other methods', async () => {
    const lost = await get('/');
    assert.equal(lost.code, 404);
    assert.match(lost.body, /\/metrics/);
    assert.equal((await get('/healthz', { method: 'POST' })).code, 405);
    assert.deepEqual(await get('/healthz', { method: 'HEAD' }), {
      code: 200,
      body: '',
      type: 'text/plain; charset=utf-8',
    });
  });

  it('answers 500 where the metrics fail, and lives on', async () => {
    const before = metrics;
    metrics = () => Promise.reject(new Error('no figures'));
    assert.deepEqual((await get('/metrics')).code, 500);
    metrics = before;
    assert.equal((await get('/metrics')).code, 200);
  });

  it('says so when the port is taken', async () => {
    const taken = startHttpServer({ listen: { host: '127.0.0.1', port: server.port }, metrics, notReady: () => [] });
    await assert.rejects(taken, /cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\).*--listen/);
  });

  it('stops although a scraper keeps its connection open', async () => {
    const other = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, metrics, notReady: () => [] });
    const agent = new http.Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      http
        .get(`${other.url}/healthz`, { agent }, (response) => response.resume().on('end', resolve))
        .on('error', reject);
    });
    await other.stop();
    agent.destroy();
    await assert.rejects(fetch(`${other.url}/healthz`));
  });
});
