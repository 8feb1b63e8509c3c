import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MachineDisk } from './machine-disk.ts';

it('a machine has the files of its user data, and its API server sees those that are mounted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-disk-'));
  try {
    const disk = new MachineDisk(join(folder, 'cp.disk'));
    const policy = { path: '/etc/audit.yaml', content: 'kind: Policy' };
    await disk.write(`#cloud-config\n${JSON.stringify({ write_files: [policy] })}`);
    const volumes = [
      { hostPath: '/etc/audit.yaml', mountPath: '/policy.yaml', pathType: 'File' },
      { hostPath: '/var/log/api', mountPath: '/logs', pathType: 'DirectoryOrCreate' },
    ];
    await disk.prepare(volumes);
    const seen = disk.argumentsIn(
      { policy: '/policy.yaml', log: '/logs/a.log', other: '/etc/audit.yaml', v: '2' },
      volumes,
    );
    expect(seen).toMatchObject({ other: '/etc/audit.yaml', v: '2', log: join(folder, 'cp.disk/var/log/api/a.log') });
    expect(await readFile(seen['policy'] ?? '', 'utf8')).toBe(policy.content);
    expect((await stat(join(folder, 'cp.disk/var/log/api'))).isDirectory()).toBe(true);
    await disk.destroy();
    await expect(stat(join(folder, 'cp.disk'))).rejects.toThrow('ENOENT');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
