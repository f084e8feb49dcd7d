/**
 * Names and labels (apimachinery: validation/content): what is wrong with a text, in the server's
 * words.
 */
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const VALUE = `(${QUALIFIED})?`;

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const IS_LABEL = whole(LABEL);
const IS_SUBDOMAIN = whole(SUBDOMAIN);
const IS_QUALIFIED = whole(QUALIFIED);
const IS_VALUE = whole(VALUE);

const WORDS_OF_A_NAME =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

const form = (words: string, pattern: string, ...examples: readonly string[]): string =>
  `${words} (e.g. ${examples.map((one) => `'${one}', `).join(' or ')}regex used for validation is '${pattern}')`;
const bytes = (text: string): number => Buffer.byteLength(text);
const atMost = (text: string, max: number): string[] =>
  bytes(text) > max ? [`must be no more than ${max} bytes`] : [];

export function subdomainProblems(text: string): string[] {
  const words =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...atMost(text, 253), ...(IS_SUBDOMAIN.test(text) ? [] : [form(words, SUBDOMAIN, 'example.com')])];
}

export function labelProblems(text: string): string[] {
  const words =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  if (IS_LABEL.test(text)) return atMost(text, 63);
  const why = IS_SUBDOMAIN.test(text) ? 'must not contain dots' : form(words, LABEL, 'my-name', '123-abc');
  return [...atMost(text, 63), why];
}

/** Of a path: what RBAC asks of a name. */
export function segmentProblems(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((char) => text.includes(char)).map((char) => `may not contain '${char}'`);
}

/** Of keys of labels and annotations, and of finalizers. */
export function keyProblems(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    const words = form(WORDS_OF_A_NAME, QUALIFIED, 'MyName', 'my.name', '123-abc');
    return [`a valid label key ${words} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const ofPrefix = prefix === undefined ? [] : prefix === '' ? ['must be non-empty'] : subdomainProblems(prefix);
  const ofName = [
    ...(name === '' ? ['must be non-empty'] : atMost(name, 63)),
    ...(IS_QUALIFIED.test(name) ? [] : [form(WORDS_OF_A_NAME, QUALIFIED, 'MyName', 'my.name', '123-abc')]),
  ];
  return [...ofPrefix.map((why) => `prefix part ${why}`), ...ofName.map((why) => `name part ${why}`)];
}

export function labelValueProblems(text: string): string[] {
  const words = `a valid label must be an empty string or consist of ${WORDS_OF_A_NAME.replace('must consist of ', '')}`;
  return [...atMost(text, 63), ...(IS_VALUE.test(text) ? [] : [form(words, VALUE, 'MyValue', 'my_value', '12345')])];
}
