/**
 * Reads the xl.cfg language as libxlu does: `key = value` with strings, numbers and (nested) lists,
 * comments and `;`. Values stay text: it is the reader of a key who finds out that it is not a
 * number, with a warning and exit code 0, as the real one does.
 */
import { XlError } from './xl-error';

export type CfgValue = string | readonly CfgValue[];
export interface CfgEntry {
  readonly value: CfgValue;
  readonly line: number;
}
export type Cfg = ReadonlyMap<string, CfgEntry>;

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'newline' | 'end' | '=' | '[' | ']' | ',';
  readonly text: string;
  readonly line: number;
}

const tokenPattern =
  /[ \t\r]+|#[^\n]*|\\\n|([a-z_][._0-9a-z]*)|([-+]?[0-9][0-9a-fx]*)|'([^'\n]*)'|"([^"\n]*)"|([\n;])|([=[\],])|(['"][^'"\n]*|.)/giy;

export function parseCfg(text: string, source: string): Cfg {
  const { found, errors } = tokens(text, source);
  const parser = new Parser(found, source);
  try {
    const cfg = parser.parse();
    if (errors !== '') throw new XlError(1, '');
    return cfg;
  } catch (error) {
    throw new XlError(1, `${errors}${(error as XlError).stderr}Failed to parse config: Invalid argument\n`);
  }
}

/** A lexical error is reported and skipped, and the parse goes on, as flex and bison do. */
function tokens(text: string, source: string): { found: Token[]; errors: string } {
  const found: Token[] = [];
  let errors = '';
  let line = 1;
  for (const match of text.matchAll(tokenPattern)) {
    const [all, word, number, single, double, newline, sign, other] = match;
    if (other !== undefined) errors += parseError(source, line, other, 'lexical error');
    const kinds = [
      ['word', word],
      ['number', number],
      ['string', single ?? double],
      ['newline', newline],
      [sign, sign],
    ] as const;
    for (const [kind, value] of kinds)
      if (kind !== undefined && value !== undefined) found.push({ kind: kind as Token['kind'], text: value, line });
    if (all.includes('\n')) line++;
  }
  found.push({ kind: 'newline', text: '', line }, { kind: 'end', text: '', line });
  return { found, errors };
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly source: string,
  ) {}

  parse(): Cfg {
    const entries = new Map<string, CfgEntry>();
    for (;;) {
      const token = this.take();
      if (token.kind === 'end') return entries;
      if (token.kind === 'newline') continue;
      if (token.kind !== 'word') this.fail(token);
      const sign = this.take();
      if (sign.kind !== '=') this.fail(sign, "'='");
      entries.set(token.text, { value: this.value(), line: token.line });
      const end = this.take();
      if (end.kind !== 'newline') this.fail(end);
    }
  }

  private value(): CfgValue {
    const token = this.take();
    if (token.kind === 'string' || token.kind === 'number') return token.text;
    if (token.kind !== '[') this.fail(token);
    const values: CfgValue[] = [];
    for (;;) {
      this.skipNewlines();
      if (!['string', 'number', '['].includes(this.peek().kind)) break;
      values.push(this.value());
      this.skipNewlines();
      if (this.peek().kind !== ',') break;
      this.take();
    }
    const close = this.take();
    if (close.kind !== ']') this.fail(close, "']'");
    return values;
  }

  private skipNewlines(): void {
    while (this.peek().kind === 'newline') this.take();
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', line: 0 };
  }

  private take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private fail(token: Token, expecting?: string): never {
    const unexpected =
      { end: '$end', newline: 'NEWLINE', word: 'IDENT', string: 'STRING', number: 'NUMBER' }[token.kind as 'end'] ??
      `'${token.kind}'`;
    const words = `syntax error, unexpected ${unexpected}${expecting ? `, expecting ${expecting}` : ''}`;
    throw new XlError(1, parseError(this.source, token.line, token.text, words));
  }
}

function parseError(source: string, line: number, near: string, words: string): string {
  return `${source}:${line}: config parsing error near \`${near}': ${words}\n`;
}
