import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Fault } from '../faults.ts';
import type { SimulatorOptions } from '../process.ts';

const program = `
  const { startSimulator } = await import('@sealift/simulator/process');
  const { url } = await startSimulator(JSON.parse(process.argv[1]));
  process.stdout.write(url + '\\n');
`;

/** A simulator in a process of its own, which the test can kill and which is killed when the test ends. */
export class SimulatorProcess {
  readonly url: string;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess, exited: Promise<void>) {
    this.url = url;
    this.#child = child;
    this.exited = exited;
  }

  static async start(options: SimulatorOptions): Promise<SimulatorProcess> {
    const args = ['--input-type=module', '-e', program, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const url = await Promise.race([firstLine(child), exited.then(() => null)]);
    if (url === null) throw new Error('the simulator ended before it was ready');
    return new SimulatorProcess(url, child, exited);
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${this.url}/v1/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
  });
}
