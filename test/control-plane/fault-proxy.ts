// An HTTPS proxy in front of the real API server, with faults on demand. Clients authenticate with
// bearer tokens: a client certificate ends at the proxy. It speaks HTTP/1.1 on both sides.
import { readFileSync } from 'node:fs';
import { Agent, createServer } from 'node:https';
import { layout } from './components';
import { Exchange } from './exchange';
import { matches, pickRule } from './faults';
import type { LiveRule } from './faults';
import { freePort } from './files';
import { issue } from './pki';
import type { ControlPlane, FaultMatch, FaultProxy, ProxiedRequest } from './types';

export type * from './types';

export async function startFaultProxy(plane: Pick<ControlPlane, 'server' | 'caPem' | 'dir'>): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true, ca: plane.caPem });
  const requests: ProxiedRequest[] = [];
  const open = new Set<Exchange>();
  let rules: LiveRule[] = [];

  const server = createServer(ownCertificate(plane), (incoming, outgoing) => {
    const { method = 'GET', url: path = '/' } = incoming;
    const userAgent = incoming.headers['user-agent'] ?? '';
    const record: ProxiedRequest = { method, path, atMs: performance.now(), userAgent };
    requests.push(record);
    const exchange = new Exchange(incoming, outgoing, { server: plane.server, agent }, record);
    open.add(exchange);
    outgoing.once('close', () => open.delete(exchange));
    const rule = pickRule(rules, record);
    if (rule) {
      rule.hits++;
      record.fault = rule.fault.kind;
    }
    exchange.run(rule?.fault);
  });
  server.requestTimeout = 0; // watches are long
  server.unref(); // a test that forgets stop() still ends
  const port = await freePort();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  const among = (match: FaultMatch = {}): Exchange[] => [...open].filter(({ record }) => matches(match, record));
  const each = (match: FaultMatch | undefined, act: (exchange: Exchange) => void): number => {
    const hit = among(match);
    hit.forEach(act);
    return hit.length;
  };
  return {
    url: `https://127.0.0.1:${port}`,
    caPem: plane.caPem,
    rules: {
      add(rule) {
        const live: LiveRule = { ...rule, hits: 0 };
        rules.push(live);
        const remove = (): void => void (rules = rules.filter((other) => other !== live));
        return {
          get hits() {
            return live.hits;
          },
          remove,
        };
      },
      clear: () => void (rules = []),
    },
    requests,
    cutOpen: (match) => each(match, (exchange) => exchange.cut()),
    silenceOpen: (match) => each(match, (exchange) => exchange.silence()),
    stop() {
      agent.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function ownCertificate({ caPem, dir }: Pick<ControlPlane, 'caPem' | 'dir'>): { cert: string; key: string } {
  const ca = { certPem: caPem, keyPem: readFileSync(layout(dir).caKey, 'utf8') };
  const names = { dnsNames: ['localhost'], ipv4Addresses: ['127.0.0.1'] };
  const { certPem, keyPem } = issue(ca, { commonName: 'fault-proxy' }, { kind: 'server', ...names });
  return { cert: certPem, key: keyPem };
}
