/**
 * The helper functions of the Dom0 scripts (agents/host/scripts/lib.sh), for hosts without
 * processes.
 */
import type { CommandResult } from './xl';

/** How a script ends before its last line. */
export class Exit extends Error {
  constructor(
    readonly code: number,
    readonly stdout = '',
    readonly stderr = '',
  ) {
    super(stderr);
  }
}

export function needNumber(text: string): number {
  return /^\d{1,18}$/.test(text) ? Number(text) : die(43, `not a number: ${text}`);
}

export function die(code: number, words: string): never {
  throw new Exit(code, '', `${words}\n`);
}

export function said(stdout: string): CommandResult {
  return { code: 0, stdout: stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`, stderr: '' };
}
