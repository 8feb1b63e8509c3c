// Runs every check of the repository and tells at the end which of them failed: one that fails must not hide the others.
import { spawnSync } from 'node:child_process';

const checks = ['typecheck', 'lint', 'format:check', 'generate:check', 'knip'];
const failed = checks.filter((name) => spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit' }).status !== 0);
process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
