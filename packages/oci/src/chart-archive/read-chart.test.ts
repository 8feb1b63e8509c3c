import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { readChart } from './read-chart.ts';

type Entry = readonly [name: string, body: string | Uint8Array, type?: 'symlink' | 'character-device'];

async function chart(...entries: readonly Entry[]): Promise<Uint8Array> {
  const tar = await packTar(
    entries.map(([name, body, type]) => ({
      header: {
        name,
        size: body.length,
        mode: 0o644,
        ...(type === undefined ? {} : { type, linkname: '/etc/passwd', size: 0 }),
      },
      ...(type === undefined ? { body } : {}),
    })),
  );
  return gzipSync(tar);
}

const about = 'name: c\n';

describe('readChart', () => {
  it('gives the texts that can name images, of charts inside it too, packed or as folders', async () => {
    const inner = await chart(['inner/Chart.yaml', 'name: inner\n'], ['inner/values.yaml', 'a: 1\n']);
    const read = await readChart(
      await chart(
        ['c/Chart.yaml', about],
        ['c/values.yaml', 'image: x\n'],
        ['c/templates/a/deployment.yaml', 'kind: Deployment\n'],
        ['c/README.md', 'no'],
        ['c/charts/inner-1.tgz', inner],
        ['c/charts/folder/Chart.yaml', 'name: folder\n'],
        ['c/charts/folder/templates/_helpers.tpl', '{{ define "x" }}'],
      ),
      'c.tgz',
    );
    expect([...read.files.keys()]).toEqual(['Chart.yaml', 'values.yaml', 'templates/a/deployment.yaml']);
    expect(read.subcharts.map(({ files }) => [...files.keys()])).toEqual([
      ['Chart.yaml', 'values.yaml'],
      ['Chart.yaml', 'templates/_helpers.tpl'],
    ]);
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['is no tar.gz', () => Promise.resolve(Buffer.from('x')), /not a whole tar\.gz/],
    ['is cut', async () => (await chart(['c/Chart.yaml', about])).subarray(0, 60), /not a whole tar\.gz/],
    ['has no Chart.yaml', async () => await chart(['c/values.yaml', '']), /no Chart\.yaml/],
    ['climbs out', async () => await chart(['c/Chart.yaml', about], ['c/../../x', 'x']), /leads out/],
    ['holds a link', async () => await chart(['c/Chart.yaml', about], ['c/values.yaml', '', 'symlink']), /symlink/],
    ['is no UTF-8', async () => await chart(['c/Chart.yaml', Buffer.from([0x61, 0xff])]), /not UTF-8/],
    [
      'unpacks to too much',
      async () => await chart(['c/Chart.yaml', Buffer.alloc(65 * 1024 * 1024)]),
      /at most 67108864/,
    ],
    [
      'holds charts in charts in charts',
      async () => {
        let inner = await chart(['c/Chart.yaml', about]);
        for (let depth = 0; depth < 6; depth += 1)
          inner = await chart(['c/Chart.yaml', about], ['c/charts/c.tgz', inner]);
        return inner;
      },
      /nested deeper/,
    ],
  ])('refuses one that %s', async (_, make, reason) => {
    const message = expect.stringMatching(reason) as string;
    await expect(readChart(await make(), 'c.tgz')).rejects.toMatchObject({ code: 'CHART_INVALID', message });
  });
});
