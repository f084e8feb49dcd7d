/**
 * The playground in the background: `up` starts a keeper, waits for it and returns; `down` ends it;
 * `keep` is that keeper.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { endHolder, endLeftovers, holderOf, letGo, takeHold } from './holder';
import type { Holder } from './holder';
import { ephemeral, projectDir } from './place';
import type { Place } from './place';
import { startPlayground } from './playground';
import type { Playground, PlaygroundOptions, Say } from './types';
import { viewOf } from './show';
import { howToUse, seconds, short, whatToTry } from './words';

export interface Wish {
  readonly hosts: number;
  readonly xen: 'sim' | 'real';
}

/** What the keeper says to `up`, one JSON object per line. */
type Word = { readonly say: string } | { readonly ready: string } | { readonly failed: string };

export async function up(place: Place, wish: Wish, say: Say): Promise<number> {
  const holder = holderOf(place);
  if (holder) return alreadyUp(place, holder, wish);
  const startedMs = performance.now();
  prepare(place);
  const log = openSync(place.logOf('playground'), 'w');
  const args = ['-r', 'ts-node/register/transpile-only', join(__dirname, 'main.ts'), 'keep', place.dir];
  const keeper = spawn(process.execPath, [...args, String(wish.hosts), wish.xen], {
    cwd: projectDir,
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const abandon = (): void => void keeper.kill('SIGTERM');
  for (const signal of SIGNALS) process.once(signal, abandon);
  const words = keeper.stdout as Readable; // as stdio above has it
  const outcome = await listen(words, say);
  for (const signal of SIGNALS) process.removeListener(signal, abandon);
  if ('failed' in outcome) {
    process.stderr.write(`${outcome.failed}\n`);
    return 1;
  }
  words.destroy();
  keeper.unref();
  process.stdout.write(
    `\n${wish.hosts} Xen ${wish.hosts === 1 ? 'host is' : 'hosts are'} Ready after ${seconds(startedMs)}. `,
  );
  process.stdout.write(`To use them:\n\n${outcome.ready}\n\n"make down" stops everything.\n`);
  return 0;
}

export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function listen(stream: Readable, say: Say): Promise<Exclude<Word, { say: string }>> {
  for await (const line of createInterface({ input: stream })) {
    const word = JSON.parse(line) as Word;
    if (!('say' in word)) return word;
    say(word.say);
  }
  return { failed: 'the playground stopped before it was ready' };
}

function alreadyUp(place: Place, holder: Holder, wish: Wish): number {
  if (holder.hosts !== wish.hosts || holder.xen !== wish.xen || holder.command !== 'up') {
    const what = `${holder.hosts} ${holder.xen === 'real' ? 'real ' : ''}host${holder.hosts === 1 ? '' : 's'}`;
    process.stderr.write(`A playground with ${what} runs already ("make ${holder.command}", process ${holder.pid}).\n`);
    process.stderr.write('Next: make down, then this again.\n');
    return 1;
  }
  process.stdout.write(`The playground is up already. To use it:\n\n${howToUse(place)}\n`);
  return 0;
}

export async function down(place: Place): Promise<number> {
  const holder = holderOf(place);
  if (holder) await endHolder(holder);
  const killed = await endLeftovers(place);
  for (const path of [...ephemeral(place), place.run]) rmSync(path, { recursive: true, force: true });
  const logs = `Logs are kept in ${short(place.log)}/.`;
  process.stdout.write(holder || killed ? `The playground is stopped. ${logs}\n` : 'No playground was running.\n');
  return 0;
}

/** The background process itself: holds everything until it is told to end. */
export async function keep(place: Place, wish: Wish): Promise<number> {
  process.stdout.on('error', () => undefined); // who started us may have gone
  const tell = (word: Word): void => void process.stdout.write(`${JSON.stringify(word)}\n`);
  const outcome = await hold(
    place,
    { command: 'up', ...wish },
    {
      say: (line) => tell({ say: line }),
      async use(playground) {
        tell({ ready: `${howToUse(place)}\n\n${whatToTry(place, await viewOf(playground.client))}` });
        await untilSignal();
        return 0;
      },
    },
  );
  if (typeof outcome === 'number') return outcome;
  tell({ failed: outcome.failed });
  return 1;
}

export interface Use {
  readonly say: Say;
  readonly use: (playground: Playground) => Promise<number>;
}

/** Starts the playground in this process, uses it, ends it. */
export async function hold(
  place: Place,
  what: Omit<Holder, 'pid' | 'startTicks'>,
  { say, use }: Use,
): Promise<number | { failed: string }> {
  prepare(place);
  const other = takeHold(place, what);
  if (other) return { failed: `A playground runs already (process ${other.pid}). Next: make down, then this again.` };
  const interrupted = (): void => {
    letGo(place);
    process.exit(130); // the leashes end what was started so far
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const playground = await startPlayground(optionsOf(place, what, say));
    for (const signal of SIGNALS) process.removeListener(signal, interrupted);
    try {
      return await use(playground);
    } finally {
      await playground.stop();
    }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  } finally {
    letGo(place);
  }
}

function optionsOf(place: Place, { hosts, xen }: Wish, say: Say): PlaygroundOptions {
  return { dir: place.dir, hosts, xen, supervise: true, say };
}

function prepare(place: Place): void {
  for (const dir of [place.dir, place.log, place.run]) mkdirSync(dir, { recursive: true });
}

export function untilSignal(): Promise<void> {
  const staying = setInterval(() => undefined, 60_000); // children on leashes do not keep a process alive
  return new Promise((resolve) => {
    const end = (): void => {
      clearInterval(staying);
      resolve();
    };
    for (const signal of SIGNALS) process.once(signal, end);
  });
}
