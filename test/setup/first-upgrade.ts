import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Person } from './person.ts';

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

/** The README's "A first real upgrade", as people type it. */
export class FirstUpgrade {
  /** Blocks of commands, in their order. */
  readonly blocks: readonly string[];
  readonly #instead = new Map<string, string>();

  private constructor(blocks: readonly string[]) {
    this.blocks = blocks;
  }

  static async read(): Promise<FirstUpgrade> {
    const text = await readFile(readme, 'utf8');
    const section = text.slice(text.indexOf('## A first real upgrade'));
    const end = section.indexOf('\n## ', 4);
    const blocks = [...section.slice(0, end).matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block.trim());
    return new FirstUpgrade(blocks);
  }

  /** What is typed from now on where the README has an example, as `https://console.example`. */
  instead(example: string, place: string): void {
    this.#instead.set(example, place);
  }

  /** The block that is these words, or the one that has them, as it is typed. @throws Error where none or several have them */
  block(words: string): string {
    const same = this.blocks.filter((one) => one === words);
    const [found, ...others] = same.length > 0 ? same : this.blocks.filter((one) => one.includes(words));
    if (found === undefined || others.length > 0) throw new Error(`not one block of the README has: ${words}`);
    return [...this.#instead].reduce((text, [example, place]) => text.replaceAll(example, place), found);
  }

  /**
   * Types a block.
   *
   * @param answer to the question for a password
   * @returns all that it wrote
   * @throws Error with that where it fails
   */
  async types(person: Person, words: string, answer?: string): Promise<string> {
    const text = this.block(words);
    const { code, stdout, stderr } = await person.types(text, answer);
    if (code !== 0) throw new Error(`${text}\nexit ${code}\n${stdout}\n${stderr}`);
    return stdout + stderr;
  }
}
