// Bundles each program into one CommonJS file under dist/, ready for `node dist/<name>.js`: no node_modules beside it. The one exception:
// client-node, which the operator loads only for some kubeconfigs, is a file of its own (23 MiB of memory less where it is not needed).
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const help = `Usage: node scripts/build.mjs [--out <folder>] [name…]
  Builds operator, agent and xenfleet (or those named) into dist/ (or <folder>).
`;

const programs = [
  {
    name: 'operator',
    entry: 'operator/main.ts',
    apart: [{ package: '@kubernetes/client-node', file: 'client-node.js' }],
  },
  { name: 'agent', entry: 'agents/main.ts' },
  { name: 'xenfleet', entry: 'cli/main.ts', shebang: true },
];

function readArguments(args) {
  const names = [];
  let out = join(root, 'dist');
  while (args.length > 0) {
    const arg = args.shift();
    if (arg === '--out') out = args.shift();
    else if (programs.some((program) => program.name === arg)) names.push(arg);
    else {
      process.stderr.write(arg === '--help' ? help : `unknown argument ${arg}\n${help}`);
      process.exit(arg === '--help' ? 0 : 2);
    }
  }
  return { out, wanted: programs.filter((program) => names.length === 0 || names.includes(program.name)) };
}

async function bundle({ name, entry, shebang = false, apart = [] }, out) {
  for (const { package: entryPackage, file } of apart) await bundleFile(join(out, file), entryPackage, {});
  const plugins = [{ name: 'apart', setup: (setup) => apart.forEach((part) => resolveTo(setup, part)) }];
  return bundleFile(join(out, `${name}.js`), entry, {
    plugins,
    ...(shebang && { banner: { js: '#!/usr/bin/env node' } }),
  });
}

function resolveTo(setup, { package: name, file }) {
  setup.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: `./${file}`, external: true }));
}

async function bundleFile(outfile, entry, more) {
  for (const leftover of [outfile, `${outfile}.map`, `${outfile}.LEGAL.txt`]) rmSync(leftover, { force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    sourcesContent: false,
    // Names stay as they are, so that a stack trace can be read without the map.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    logLevel: 'warning',
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    // ssh2's native helpers are optional, and nothing compiled is shipped.
    external: ['cpu-features', '*.node'],
    ...more,
  });
  return outfile;
}

const { out, wanted } = readArguments(process.argv.slice(2));
mkdirSync(out, { recursive: true });
// Without this, a "type": "module" further up would make Node read the bundles as ES modules.
writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
for (const program of wanted) {
  if (!existsSync(join(root, program.entry))) {
    process.stdout.write(`${program.name.padEnd(10)} skipped: there is no ${program.entry} yet\n`);
    continue;
  }
  const startedMs = performance.now();
  // esbuild has said already what is wrong, and where.
  const file = await bundle(program, out).catch(() => process.exit(1));
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`.padStart(9);
  const size = `${kib(statSync(file).size)} ${kib(gzipSync(readFileSync(file)).length)} gzipped`;
  process.stdout.write(
    `${program.name.padEnd(10)}${size}  ${relative(process.cwd(), file)}  ${(performance.now() - startedMs).toFixed(0)} ms\n`,
  );
}
