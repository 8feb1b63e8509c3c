import { defineErrors } from '../definition.ts';

/** Failures while reading packs, releases and profiles. */
export const releaseErrors = defineErrors({
  PACK_INVALID: {
    message: 'the pack at {path} is not valid: {reason}',
    hint: 'Correct the field named; docs/reference/pack.md lists what a pack holds.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  RELEASE_INVALID: {
    message: 'the release {path} is not valid: {reason}',
    hint: 'Correct the field named; the JSON Schema in docs/reference/release.schema.json describes every field.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  RELEASE_PACK_MISSING: {
    message: 'the release names pack {pack} {version}, and spec.content.packs holds no such pack',
    hint: 'Add the pack folder to spec.content.packs, or correct the version in spec.layers.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  RELEASE_IMAGE_MISSING: {
    message: '{count} of the images that are named are not among the content:\n{list}',
    hint: 'Add a source of each to spec.content.images; an image that every site has already can be named in spec.content.elsewhere.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  CHART_INVALID: {
    message: 'the chart is not valid: {reason}',
    hint: 'Pack it again with `helm package`.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  VERSION_RANGE_INVALID: {
    message: 'the version range {range} is not valid: {reason}',
    hint: 'Write comparators such as ">=4.2.0 <4.2.13", a version such as "4.1.12", and "||" between alternatives.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  PACK_VALUES_INVALID: {
    message: 'the values of the pack at {path} are not valid: {reason}',
    hint: 'Correct values.yaml at the place named; docs/reference/pack.md lists what its pack section holds.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  PACK_FILE_REFUSED: {
    message: '{path} cannot be part of a pack: {reason}',
    hint: 'Replace it by a regular file, or move it out of the pack folder.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  PACK_ARCHIVE_INVALID: {
    message: 'the archive is not a pack: {reason}',
    hint: 'Make the archive again from the pack folder, with pack.json at its top or in its one folder, and push it again.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  PACK_ARTIFACT_INVALID: {
    message: 'the manifest is not that of a pack: {reason}',
    hint: 'Check the reference; a pack is one tar.gz layer, pushed by Sealift or by oras.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
});
