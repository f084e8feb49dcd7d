/** The sources of this repository: which files there are, what they import, and what they say. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = join(__dirname, '../..');

export function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : files(path);
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : [];
  });
}

export interface Import {
  readonly file: string;
  readonly target: string;
}

export function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier && ts.isStringLiteral(specifier)) {
      const { text } = specifier;
      const target = text.startsWith('.') ? relative(ROOT, normalize(join(ROOT, dirname(file), text))) : text;
      found.push({ file, target: text.endsWith('/scheduler') && text.startsWith('.') ? `${target}/index` : target });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a pure floor must not say. Words in comments and texts do not count. */
export function impurities(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AsyncKeyword) found.push(`${file}: async`);
    if (ts.isPropertyAccessExpression(node)) {
      const text = node.getText(source);
      if (/^(Date\.now|Math\.random|process\.\w+|performance\.now)$/.test(text)) found.push(`${file}: ${text}`);
    }
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && (node.arguments?.length ?? 0) === 0) {
      found.push(`${file}: new Date()`);
    }
    if (ts.isCallExpression(node) && /^(setTimeout|setInterval|fetch|require)$/.test(node.expression.getText(source))) {
      found.push(`${file}: ${node.expression.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
