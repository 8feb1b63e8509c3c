import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostArchitecture } from './architecture.ts';
import { machineOf, trimElf } from './trim-elf.ts';

const node = readFileSync(process.execPath);

describe('trimElf', () => {
  it('leaves a program that runs as before, without its symbols', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-trim-'));
    try {
      const trimmed = trimElf(node);
      expect(trimmed.length).toBeLessThan(node.length * 0.95);
      writeFileSync(join(folder, 'node'), trimmed, { mode: 0o755 });
      const said = execFileSync(join(folder, 'node'), ['-p', 'process.version'], { encoding: 'utf8' });
      expect(said.trim()).toBe(process.version);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('changes nothing more the second time', () => {
    const trimmed = trimElf(node);
    expect(trimElf(trimmed).equals(trimmed)).toBe(true);
  });
});

describe('machineOf', () => {
  it('tells for which processor a program is', () => {
    expect(machineOf(node)).toBe(hostArchitecture);
    expect(machineOf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBeUndefined();
  });
});
