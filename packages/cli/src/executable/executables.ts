import { open } from 'node:fs/promises';
import { isSea } from 'node:sea';
import type { BundleExecutable } from '@sealift/bundle/create';
import { SealiftError } from '@sealift/core/errors';
import { type Architecture, architectures, hostArchitecture } from './architecture.ts';
import { compressExecutable } from './compress-executable.ts';
import { machineOf } from './trim-elf.ts';

type Env = Readonly<Record<string, string | undefined>>;
type OnPhase = (phase: string, fraction: number) => void;

/** Which executables a bundle is to bring. */
export interface ExecutableRequest {
  /** Without it all that can be had: both from a checkout, its own from an installed sealift. */
  readonly architectures?: readonly Architecture[];
  /** Executables of sealift to take as they are, for processors of which none can be had here. */
  readonly files?: readonly string[];
}

/**
 * The executables that a bundle made here carries: the files that were given, this very program when it is one, else those
 * built from the checkout.
 *
 * @throws EXECUTABLE_UNAVAILABLE, FILE_NOT_FOUND
 */
export async function provideExecutables(
  onPhase: OnPhase,
  env: Env,
  request: ExecutableRequest = {},
): Promise<readonly BundleExecutable[]> {
  const given = new Map<Architecture, string>();
  for (const path of request.files ?? []) given.set(await architectureOf(path), path);
  const wanted = request.architectures ?? [...new Set([...given.keys(), ...obtainable()])];
  const provided: BundleExecutable[] = [];
  for (const [index, architecture] of wanted.entries()) {
    const part: OnPhase = (phase, fraction) => onPhase(phase, (index + fraction) / wanted.length);
    const path = given.get(architecture);
    const gzipPath = path === undefined ? await provide(part, env, architecture) : await compressExecutable(path, env);
    provided.push({ architecture, gzipPath });
  }
  return provided;
}

/**
 * Reads names of processors as they are typed: `amd64,arm64`.
 *
 * @throws USAGE
 */
export function parseArchitectures(text: string): readonly Architecture[] {
  const names = [...new Set(text.split(','))].sort();
  return names.map((name) => {
    const known = architectures.find((architecture) => architecture === name);
    if (known !== undefined) return known;
    const reason = `${JSON.stringify(name)} is none of ${architectures.join(', ')}`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--architecture' });
  });
}

function obtainable(): readonly Architecture[] {
  return isSea() ? [hostArchitecture] : architectures;
}

async function provide(onPhase: OnPhase, env: Env, architecture: Architecture): Promise<string> {
  if (!isSea()) {
    const { buildExecutable } = await import('./build-executable.ts');
    return await buildExecutable(onPhase, env, architecture);
  }
  if (architecture === hostArchitecture) return await compressExecutable(process.execPath, env);
  throw new SealiftError('EXECUTABLE_UNAVAILABLE', {
    values: { platform: `linux-${architecture}`, reason: 'this sealift is for another processor' },
    hint: `Give it as \`--executable FILE\`, as a bundle for ${architecture} sets it up, or create the bundle from a checkout.`,
  });
}

async function architectureOf(path: string): Promise<Architecture> {
  const head = Buffer.alloc(128);
  try {
    await using file = await open(path, 'r');
    await file.read(head, 0, head.length, 0);
  } catch (error) {
    throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place: '--executable', cause: error });
  }
  const machine = machineOf(head);
  const known = architectures.find((architecture) => architecture === machine);
  if (known !== undefined) return known;
  throw new SealiftError('EXECUTABLE_UNAVAILABLE', {
    values: { platform: 'linux', reason: `${path} is no program for ${architectures.join(' or ')}` },
    place: '--executable',
    hint: 'Give the sealift that a bundle sets up, as it is.',
  });
}
