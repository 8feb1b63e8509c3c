import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Manifest } from '../../packages/oci/src/descriptor.ts';
import { openLayout, refNameAnnotation } from '../../packages/oci/src/layout.ts';
import { startDockerRegistry } from '../../packages/testkit/src/docker-registry.ts';
import { peer } from '../../packages/testkit/src/peers.ts';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes, settle, time } from './container.ts';
import { contentOf } from './mixed-content.ts';
import { missingPeer, peerPath } from './peer-path.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import { writeLayout } from './sample-release.ts';
import type { Workplace } from './workplace.ts';

type Note = (text: string) => void;
type Push = (registry: string) => Promise<ProgramRun>;

const mebibyte = 2 ** 20;

/** An OCI layout of images whose layers do not compress. */
async function layoutOf(place: Workplace, name: string, images: number, layers: number, layerBytes: number) {
  return await place.once(name, async (folder) => {
    const content = (seed: string) => () => contentOf('random', seed, layerBytes);
    const sample = Array.from({ length: images }, (_, image) => ({
      name: `docker.io/bench/image-${image}:1`,
      layers: Array.from({ length: layers }, (_layer, layer) => content(`${name} ${image} ${layer}`)),
    }));
    await writeLayout(folder, sample);
    return folder;
  });
}

/** Pushes 1 GiB in 16 blobs, each program into an empty registry of its own. */
export async function pushRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'docker-registry', 'skopeo', 'curl')) return [];
  const layout = await layoutOf(place, 'gibibyte', 4, 4, 64 * mebibyte);
  const ours = await toEmptyRegistry(await oursPush(place, layout));
  const skopeo = await toEmptyRegistry(await skopeoPush(layout));
  const curl = await toEmptyRegistry(curlPush(place, layout, 1));
  const fourCurls = await toEmptyRegistry(curlPush(place, layout, 4));
  const { grownBytes } = JSON.parse(ours.stdout) as { grownBytes: number };
  return [
    time('push 1 GiB to docker-registry', ours, curl, 'curl, POST and PUT, one by one'),
    time('push 1 GiB to docker-registry', ours, fourCurls, 'curl, POST and PUT, 4 at a time'),
    time('push 1 GiB to docker-registry', ours, skopeo, 'skopeo copy'),
    row('push 1 GiB: peak memory', 'MiB', ours.peakBytes / mebibyte, skopeo.peakBytes / mebibyte, 'skopeo copy'),
    row('push 1 GiB: memory over idle', 'MiB', grownBytes / mebibyte, memoryLimitMebibytes, 'limit'),
  ];
}

/** Pushes 550 blobs that the registry has: 11 images of 49 layers and a configuration. */
export async function repushRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'docker-registry', 'skopeo')) return [];
  const layout = await layoutOf(place, 'many', 11, 49, 16 * 1024);
  const again = async (push: Push): Promise<ProgramRun> => {
    const registry = await startDockerRegistry(peer('docker-registry'));
    try {
      await push(registry.registry);
      return await push(registry.registry);
    } finally {
      await registry.stop();
    }
  };
  const ours = await again(await oursPush(place, layout));
  const skopeo = await again(await skopeoPush(layout));
  return [
    time('push 550 unchanged blobs again', ours, skopeo, 'skopeo copy'),
    row('push 550 unchanged blobs again: time', 's', ours.milliseconds / 1000, 5, 'limit'),
  ];
}

async function toEmptyRegistry(push: Push): Promise<ProgramRun> {
  settle();
  const registry = await startDockerRegistry(peer('docker-registry'));
  try {
    return await push(registry.registry);
  } finally {
    await registry.stop();
  }
}

/** Ours, as the script of an executable is made, so that it does not have to be stripped of types first. */
async function oursPush(place: Workplace, layout: string): Promise<Push> {
  const script = await place.once('measure-push', async (folder) => {
    const outfile = join(folder, 'measure-push.cjs');
    const entryPoints = [fileURLToPath(new URL('measure-push.ts', import.meta.url))];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node24' });
    return outfile;
  });
  return async (registry) => await runProgram(process.execPath, [script, layout, registry]);
}

/** One skopeo for each image: it knows no way to copy a whole layout. */
async function skopeoPush(layout: string): Promise<Push> {
  const { index } = await openLayout(layout);
  const copies = index.manifests.map(({ annotations }) => {
    const name = annotations?.[refNameAnnotation] ?? '';
    const target = `docker://"$0"/skopeo/${name.replace(/^docker\.io\//, '')}`;
    return `${peerPath('skopeo')} copy -q --preserve-digests --dest-tls-verify=false oci:"$1":${name} ${target}`;
  });
  return async (registry) => await runProgram('sh', ['-ec', copies.join('\n'), registry, layout]);
}

/** A session and one PUT for each blob (OCI distribution-spec, "POST then PUT"), then the manifests. */
function curlPush(place: Workplace, layout: string, atOnce: number): Push {
  return async (registry) => {
    const source = await openLayout(layout);
    const blobs: string[] = [];
    const manifests: string[] = [];
    for (const { digest, mediaType } of source.index.manifests) {
      const manifest = JSON.parse(
        Buffer.concat(await (await source.open(digest)).toArray()).toString('utf8'),
      ) as Manifest;
      blobs.push(...[manifest.config, ...manifest.layers].map((blob) => blob.digest.slice('sha256:'.length)));
      manifests.push(`${digest.slice('sha256:'.length)} ${mediaType}`);
    }
    const script = `
blob() {
  location=$(${peerPath('curl')} -sf -X POST -D - -o "$3/location-$2" "http://$1/v2/curl/blobs/uploads/" | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
  ${peerPath('curl')} -sf -H 'content-type: application/octet-stream' -T "$4/blobs/sha256/$2" "$location&digest=sha256:$2"
}
blob "$@"`;
    const uploads = `printf '%s\\n' ${blobs.join(' ')} | xargs -P ${atOnce} -I {} sh -ec '${script.replaceAll("'", String.raw`'\''`)}' sh "$0" {} "$1" "$2"`;
    const puts = manifests.map((line) => {
      const [hash = '', mediaType = ''] = line.split(' ');
      return `${peerPath('curl')} -sf -H 'content-type: ${mediaType}' -T "$2/blobs/sha256/${hash}" "http://$0/v2/curl/manifests/sha256:${hash}"`;
    });
    return await runProgram('sh', ['-ec', [uploads, ...puts].join('\n'), registry, place.folder, layout]);
  };
}
