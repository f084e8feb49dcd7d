// Waits until a server answers 200, or says why it never will.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Leashed } from './leash';

export type Url = { url: string; caPem: string; token: string };
/** needed: the process that answers, then those that it needs. */
export type Wait = { of: Url; needed: [Leashed, ...Leashed[]] };

const readyWithinMs = 60_000;
const pollMs = 50;
const answerWithinMs = 2000;

export async function until({ of, needed }: Wait): Promise<void> {
  const startedMs = performance.now();
  while ((await statusOf(of)) !== 200) {
    const culprit = needed.findLast((process) => process.ended() !== undefined);
    if (culprit !== undefined) throw failure(culprit, `ended (${culprit.ended()})`);
    if (performance.now() - startedMs > readyWithinMs) throw failure(needed[0], `not ready in ${readyWithinMs} ms`);
    await sleep(pollMs);
  }
}

function failure(culprit: Leashed, what: string): Error {
  const tail = readFileSync(culprit.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  return new Error(`control plane: ${basename(culprit.logFile, '.log')}: ${what}; its log ends:\n${tail}`);
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
