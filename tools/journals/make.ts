import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/**
 * Makes the journals of an upgrade, stopped at every position, by the code of an older commit: `npm run journals -- REF`. The same commit gives the
 * same file.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join('test', 'engine', 'journals');
const [ref = 'HEAD~1'] = process.argv.slice(2);
const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const commit = git('rev-parse', '--verify', `${ref}^{commit}`);
const checkout = mkdtempSync(join(tmpdir(), 'sealift-journals-'));
try {
  const archive = join(checkout, 'source.tar');
  git('archive', '-o', archive, commit);
  execFileSync('tar', ['-xf', archive], { cwd: checkout });
  linkPackages();
  mkdirSync(join(checkout, folder), { recursive: true });
  copyFileSync(join(root, folder, 'record.ts'), join(checkout, folder, 'record.ts'));
  const recorded = execFileSync(process.execPath, [join(folder, 'record.ts')], { cwd: checkout, encoding: 'utf8' });
  const { version } = JSON.parse(readFileSync(join(checkout, 'packages/cli/package.json'), 'utf8')) as {
    version: string;
  };
  const name = `${version}-${commit.slice(0, 12)}.json.gz`;
  const text = JSON.stringify({ commit, version, ...(JSON.parse(recorded) as object) });
  writeFileSync(join(root, folder, name), gzipSync(text, { level: 9 }));
  process.stdout.write(`${join(folder, name)}\n`);
} finally {
  rmSync(checkout, { recursive: true, force: true });
}

/** What others made is that of this checkout; the packages are the commit's own. */
function linkPackages(): void {
  const modules = join(checkout, 'node_modules');
  mkdirSync(join(modules, '@sealift'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@sealift') symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(checkout, 'packages'))) {
    symlinkSync(join(checkout, 'packages', name), join(modules, '@sealift', name));
  }
}
