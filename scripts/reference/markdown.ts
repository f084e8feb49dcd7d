/** What the pages of the reference are written with. */

export const heading = (title: string, source: string): string =>
  `# ${title}\n\n<!-- Made by "npm run generate:reference" from ${source}: change that. -->\n`;

/** Text of the code's own, in which <name> is no HTML; what is in backticks shows it as it is. */
export const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/<(?!br>)/g, '&lt;')))
    .join('');

/** A cell of a table holds no line break, and no bar that would end it. */
export const cell = (text: string): string =>
  prose(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\|/g, '\\|');

export const code = (text: string): string =>
  text === '' ? '' : text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`.replace(/ {2,}/g, ' ');
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** The id that a heading gets on the page of a forge. */
export const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** Files of docs/ that a text names, as links from docs/reference. */
export const withLinks = (text: string): string => text.replace(/\bdocs\/([a-z]+\.md)/g, '[docs/$1](../$1)');
