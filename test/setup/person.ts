import { type ChildProcess, spawn } from 'node:child_process';
import { chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finished } from './sealift.ts';

/** Some account without a name, as containers have them; whoever runs the tests without root stays who he is. */
const nobody = 61_234;
const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** Someone at a shell, who is not root: a home and a folder of his own, and nothing of ours on his PATH. */
export class Person {
  readonly home: string;
  /** Grows by what is exported, as in one session. */
  readonly #exports: string[] = [];
  readonly #env: Record<string, string>;

  private constructor(home: string, env: Readonly<Record<string, string>>) {
    this.home = home;
    this.#env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      LANG: 'C.UTF-8',
      ...env,
    };
  }

  static async arrive(env: Readonly<Record<string, string>> = {}): Promise<Person> {
    const home = await mkdtemp(join(tmpdir(), 'sealift-person-'));
    const person = new Person(home, env);
    await mkdir(join(home, 'tmp'));
    for (const folder of [home, join(home, 'tmp')]) await person.own(folder);
    return person;
  }

  /** Makes a file or folder that we put there his. */
  async own(path: string): Promise<void> {
    if (asNobody.uid !== undefined) await chown(path, asNobody.uid, asNobody.gid);
  }

  /** Puts a copy of a file into his home, under a name there. */
  async gets(name: string, file: string): Promise<void> {
    const path = join(this.home, name);
    await cp(file, path);
    await this.own(path);
  }

  /** Puts a file of his own into his home. */
  async has(name: string, text: string): Promise<void> {
    const path = join(this.home, name);
    await writeFile(path, text, { mode: 0o600 });
    await this.own(path);
  }

  set(name: string, value: string): void {
    this.#env[name] = value;
  }

  /**
   * Types a block of commands, each of which has to succeed.
   *
   * @param answer what he types when he is asked for a password; a terminal of his own asks (script(1))
   */
  async types(block: string, answer?: string): Promise<Finished> {
    const child = this.begins(block, answer !== undefined);
    const [stdout, stderr] = [textOf(child, 'stdout'), textOf(child, 'stderr')];
    if (answer === undefined) child.stdin?.end();
    // Only what is typed after the question is not shown.
    else child.stdout?.once('data', () => child.stdin?.end(`${answer}\n`));
    const code = await new Promise<number | null>((done, fail) => {
      child.once('close', done);
      child.once('error', fail);
    });
    this.#exports.push(...block.split('\n').filter((line) => line.startsWith('export ')));
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** Types a block and does not wait for its end. */
  begins(block: string, onTerminal = false): ChildProcess {
    const script = ['set -e', ...this.#exports, block].join('\n');
    const shell = ['/bin/sh', '-c', script];
    const command = onTerminal ? ['script', '-qec', `set -e\n${block}`, '/dev/null'] : shell;
    const [program = '', ...args] = onTerminal
      ? ['/bin/sh', '-c', [...this.#exports, 'exec "$@"'].join('\n'), 'sh', ...command]
      : command;
    return spawn(program, args, { cwd: this.home, env: this.#env, stdio: 'pipe', ...asNobody });
  }

  leave(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}

function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  const parts: Buffer[] = [];
  child[stream]?.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString('utf8');
}
