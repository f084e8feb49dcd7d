// What the Makefile needs of this folder: ts-node test/control-plane/main.ts <command>
import { ensureAssets, ensureHelm } from './assets';
import { startControlPlane } from './control-plane';

const help = `Usage: main.ts <command>
  ensure [helm]   find or build the executables (and helm), print their paths
  env             the same, prints the line to eval: KUBEBUILDER_ASSETS=<folder>
  run [folder]    start a control plane, print where it is as one line of JSON, stop it at Ctrl-C; data kept in folder
`;

async function ensure(withHelm: boolean): Promise<void> {
  const paths = Object.values(await ensureAssets()).slice(1);
  if (withHelm) paths.push(await ensureHelm());
  process.stdout.write(`${paths.join('\n')}\n`);
}

async function run(dataDir: string | undefined): Promise<void> {
  const plane = await startControlPlane(dataDir === undefined ? {} : { dataDir });
  const { server, kubeconfigPath, dir } = plane;
  process.stdout.write(`${JSON.stringify({ server, kubeconfigPath, dir, pids: plane.pids() })}\n`);
  const staying = setInterval(() => undefined, 60_000);
  const signalled = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await signalled;
  clearInterval(staying);
  await plane.stop();
}

async function main([command, argument]: string[]): Promise<void> {
  switch (command) {
    case 'ensure':
      return ensure(argument === 'helm');
    case 'env':
      return void process.stdout.write(`KUBEBUILDER_ASSETS=${(await ensureAssets()).dir}\n`);
    case 'run':
      return run(argument);
    default:
      process.stderr.write(help);
      process.exitCode = 2;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
