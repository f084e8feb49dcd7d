// Waits until a server answers 200, or says why it never will.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Leashed } from './leash';

export type Url = { url: string; caPem: string; token: string };
export type Wait = { what: string; of: Url; needed: (Leashed | undefined)[]; logFile: string };

const readyWithinMs = 60_000;
const pollMs = 50;
const answerWithinMs = 2000;

export async function until({ what, of, needed, logFile }: Wait): Promise<void> {
  const startedMs = performance.now();
  while ((await statusOf(of)) !== 200) {
    const ended = needed.map((process) => process?.ended()).find((how) => how !== undefined);
    const late = performance.now() - startedMs > readyWithinMs;
    if (ended !== undefined || late) {
      const why = ended === undefined ? `not ready within ${readyWithinMs / 1000} s` : `it, or etcd, ended: ${ended}`;
      throw new Error(`control plane: ${what}: ${why}; its log ends:\n${tail(logFile)}`);
    }
    await sleep(pollMs);
  }
}

/** 0 when there is no answer. */
function statusOf({ url, caPem, token }: Url): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const call = request(url, { ca: caPem, headers, agent: false, timeout: answerWithinMs }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(0));
    call.end();
  });
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
}
