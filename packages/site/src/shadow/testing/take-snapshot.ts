import { writeFile } from 'node:fs/promises';

/** Saves what `etcdctl snapshot save` saves, over etcd's JSON gateway (`/v3/maintenance/snapshot`). @param store where etcd takes calls */
export async function takeSnapshot(store: string, path: string): Promise<void> {
  const answer = await fetch(`${store}/v3/maintenance/snapshot`, { method: 'POST', body: '{}' });
  const parts = (await answer.text()).split('\n').filter((line) => line !== '');
  const blobs = parts.map((line) => {
    const { result } = JSON.parse(line) as { readonly result: { readonly blob?: string } };
    return Buffer.from(result.blob ?? '', 'base64');
  });
  await writeFile(path, Buffer.concat(blobs), { mode: 0o600 });
}
