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

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new Error('a NUL in an argument');
  if (/^[A-Za-z0-9_./:@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
