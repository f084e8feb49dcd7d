/** What a page of Markdown points at: links, anchors, and paths of this repository. Pure. */

/** Fenced and indented code holds commands and samples: links in it are none. */
export function withoutCodeBlocks(text: string): string {
  return text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '').replace(/^( {4,}|\t)(?![-*\d]).*$/gm, '');
}

const withoutCode = (text: string): string => withoutCodeBlocks(text).replace(/`[^`\n]+`/g, '');

/** Targets of inline links, reference definitions and images that lead nowhere outside. */
export function linksIn(text: string): string[] {
  const body = withoutCode(text);
  const inline = [...body.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(([, target = '']) => target);
  const defined = [...body.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)].map(([, target = '']) => target);
  return [...inline, ...defined].filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/**
 * The ids that the headings of a page have, as a forge makes them, and those that it sets itself.
 */
export function anchorsIn(text: string): Set<string> {
  const seen = new Map<string, number>();
  const ids = [...withoutCodeBlocks(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, title = '']) => {
    const slug = slugOf(title);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  const own = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([...ids, ...own]);
}

function slugOf(title: string): string {
  const words = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

const FILE = /^[\w.@{},*-]+(\/[\w.@{},*-]+)*\.(ts|mjs|js|sh|md|yaml|json|tpl)$/;

/**
 * Paths of this repository that a page names: what is in backticks and looks like a source file,
 * and anything anywhere that begins with one of the folders at the top.
 */
export function pathsIn(text: string, folders: readonly string[]): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span).filter((span) => FILE.test(span));
  const top = new RegExp(`(?<![\\w./~<>@$*-])(?:${folders.join('|')})/[\\w./{},*-]*[\\w/}*]`, 'g');
  return [...new Set([...quoted, ...[...text.matchAll(top)].map(([found]) => found)])].flatMap(expanded);
}

/** `a/{b,c}.ts` → `a/b.ts`, `a/c.ts`. */
export function expanded(path: string): string[] {
  const [whole, before = '', inner = '', after = ''] = /^([^{]*)\{([^{}]+)\}(.*)$/.exec(path) ?? [];
  if (whole === undefined) return [path];
  return inner.split(',').flatMap((one) => expanded(`${before}${one}${after}`));
}
