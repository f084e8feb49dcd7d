/**
 * The one place where arguments become a command line: ssh carries a single string, which the login
 * shell of the Dom0 reads.
 */

/**
 * A POSIX shell reads the result as exactly these words. NUL, which no argument can hold, is
 * refused.
 */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

const BEGINS = '--xenfleet-begins--';

/**
 * The command line of one call. A line of ours marks where the login shell's own output ends.
 */
export const callOf = (argv: readonly string[]): string => `echo; echo ${BEGINS}; exec ${quoteArgv(argv)}`;

/** What the command of `callOf` printed; undefined if it has not begun. */
export function printedBy(text: string): string | undefined {
  const line = `\n${BEGINS}\n`;
  const at = text.indexOf(line);
  return at < 0 ? undefined : text.slice(at + line.length);
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new Error('a NUL in an argument');
  if (/^[A-Za-z0-9_./:@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
