import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What is made and not kept in version control, and that tests need. */
const made = [
  'packages/console/dist',
  'test/peers/bin',
  'examples/harborview/4.2.12/build',
  'examples/harborview/4.2.13/build',
];

/**
 * A copy of the checkout's own files whose packages are its own too, so that a mistake put into it is in no one's way. What was
 * installed or built is shared with the checkout.
 */
export class Scratch {
  readonly folder: string;

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'sealift-mutants-'));
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    for (const file of files.split('\0')) {
      if (file === '') continue;
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      copyFileSync(join(root, file), join(this.folder, file));
    }
    for (const path of made) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      symlinkSync(join(root, path), join(this.folder, path));
    }
    this.#linkModules(root);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Each module by itself: the links to our own packages have to lead into the copy. */
  #linkModules(root: string): void {
    const from = join(root, 'node_modules');
    const to = join(this.folder, 'node_modules');
    mkdirSync(join(to, '@sealift'), { recursive: true });
    for (const name of readdirSync(from)) {
      if (name !== '@sealift' && !name.startsWith('.vite')) symlinkSync(join(from, name), join(to, name));
    }
    for (const name of readdirSync(join(from, '@sealift'))) {
      symlinkSync(readlinkSync(join(from, '@sealift', name)), join(to, '@sealift', name));
    }
  }
}
