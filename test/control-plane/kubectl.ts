// The real kubectl as a function.
import { spawn } from 'node:child_process';
import type { ControlPlane, KubectlOptions, KubectlResult } from './types';

export type KubectlSetup = { kubectl: string; env: ControlPlane['env'] };

const defaultTimeoutMs = 60_000;

export function runKubectl(setup: KubectlSetup, args: string[], options: KubectlOptions = {}): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(setup.kubectl, args, {
      env: {
        ...process.env,
        ...setup.env,
        ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
        KUBECTL_EXTERNAL_DIFF: 'diff -u -N',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? defaultTimeoutMs,
    });
    const result: KubectlResult = { code: -1, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
    child.stdin.on('error', () => undefined); // it may end without reading
    child.stdin.end(options.stdin ?? '');
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal) result.stderr += `kubectl ended by ${signal} (timeout ${options.timeoutMs ?? defaultTimeoutMs} ms)\n`;
      resolve({ ...result, code: code ?? -1 });
    });
  });
}
