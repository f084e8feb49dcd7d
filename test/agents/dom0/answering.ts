/** A host that gives the answers it is told to, and remembers what it was asked. */
import type { ExecOptions, ExecResult, HostPort } from '../../../agents/host/port';
import { UUID } from '../orders';

export const layout = { root: '', stateDir: '/state', policyFile: '/policy' };

export type Answer = Partial<ExecResult>;

/** Of a command that has ended. */
export const exited = (answer: Answer = {}): ExecResult => ({
  end: 'exited',
  code: 0,
  stdout: '',
  stderr: '',
  truncated: false,
  ...answer,
});

export interface Answering {
  readonly host: HostPort;
  /** The calls, those of scripts with the lock that they hold. */
  readonly asked: string[];
  /** How long each call was given, in milliseconds. */
  readonly deadlinesMs: (number | undefined)[];
  /** What was written, by its path. */
  readonly written: Map<string, string>;
}

/** Each call gets the next answer. With none left, the call ends well and says nothing. */
export function answering(...answers: Answer[]): Answering {
  const asked: string[] = [];
  const deadlinesMs: (number | undefined)[] = [];
  const written = new Map<string, string>();
  const answer = (what: string, options?: ExecOptions): Promise<ExecResult> => {
    asked.push(what);
    deadlinesMs.push(options?.deadlineMs);
    return Promise.resolve(exited(answers.shift()));
  };
  const host: Partial<HostPort> = {
    exec: (argv, options) => answer(argv.join(' '), options),
    locked: (lock, script, args, options) =>
      answer([lock === UUID ? 'locked' : `locked by ${lock}:`, script, ...args].join(' '), options),
    putFile: (path, text) => Promise.resolve(void written.set(path, text)),
    readFile: (path) => Promise.resolve(written.get(path)),
  };
  return { host: host as HostPort, asked, deadlinesMs, written };
}
