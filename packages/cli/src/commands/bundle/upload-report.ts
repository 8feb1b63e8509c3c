import type { Bundle } from '@sealift/bundle/read';
import type { UploadResult } from '@sealift/bundle/upload';
import { SealiftError, toProblem } from '@sealift/core/errors';

type ItemOutcome = UploadResult['items'][number];

/** What became of an upload, as `--json` prints it at the end (docs/reference/bundle.md). */
export function uploadReport({ manifest, key }: Bundle, result: UploadResult) {
  const { product, version } = manifest;
  const error = incompleteUpload(result);
  return {
    event: 'result',
    ok: error === undefined,
    bundle: { product, version, keyId: key.keyId },
    items: result.items.map(outcomeOf),
    blobs: result.blobs,
    sentBytes: result.sentBytes,
    skippedBytes: result.skippedBytes,
    ...(error === undefined ? {} : { error: toProblem(error) }),
  };
}

/** Why an upload that went on behind failures is no success; undefined when everything is there. */
export function incompleteUpload({ items }: UploadResult): SealiftError | undefined {
  const failed = items.filter(({ state }) => state === 'failed').length;
  return failed === 0 ? undefined : new SealiftError('PUSH_INCOMPLETE', { values: { failed, total: items.length } });
}

/** Every item that is not there, with its reason, for people. */
export function listOfMissing({ items }: UploadResult): string {
  const lines = items.flatMap((outcome) => {
    const { kind, name, state, error } = outcome;
    if (state === 'held-back') return [`- ${kind} ${name}: held back, because others are missing`];
    if (state !== 'failed' || error === undefined) return [];
    return [
      `- ${kind} ${name}: ${error.message}`,
      ...(error.place === undefined ? [] : [`    at: ${error.place}`]),
      `    fix: ${error.hint}`,
      `    code: ${error.code}`,
    ];
  });
  return ['Not pushed:', ...lines].join('\n');
}

/** Images whose tags stand for what an earlier release has under them; undefined where there are none. */
export function listOfKeptTags({ items }: UploadResult): string | undefined {
  const kept = items.flatMap(({ kind, name, tagKept }) =>
    tagKept === undefined ? [] : [`- ${kind} ${name}: ${tagKept}`],
  );
  if (kept.length === 0) return undefined;
  const remedy =
    'They are there by their digests, which nodes pull by where the console has an image registry (Site Settings, --image-registry). Through a mirror nodes would get what the tag stands for; the preflight names such images.';
  return ['Tags kept:', ...kept, remedy].join('\n');
}

function outcomeOf({ kind, name, state, item, error, tagKept }: ItemOutcome) {
  const { client, repository, tag, digest } = item;
  const place = { registry: client.registry, repository, ...(tag === undefined ? {} : { tag }), digest };
  return {
    kind,
    name,
    state,
    ...place,
    ...(tagKept === undefined ? {} : { tagKept }),
    ...(error === undefined ? {} : { error: toProblem(error) }),
  };
}
