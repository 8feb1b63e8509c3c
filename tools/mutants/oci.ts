import { mutantsOf } from './mutant.ts';

export const ociMutants = mutantsOf('oci', [
  [
    'content may be shorter than announced',
    'verify-stream.ts',
    'size !== undefined && this.#bytes < size',
    'size !== undefined && this.#bytes < 0',
    'verify-stream.test.ts',
  ],
  [
    'content may be longer than announced',
    'verify-stream.ts',
    'size !== undefined && this.#bytes > size',
    'size !== undefined && this.#bytes > size + 1',
    'verify-stream.test.ts',
  ],
  [
    'digests are compared in part',
    'verify-stream.ts',
    'if (actual === digest) return;',
    'if (actual.slice(0, 15) === digest.slice(0, 15)) return;',
    'verify-stream.test.ts',
  ],
  [
    'the end of a checked sequence is not checked',
    'verify-stream.ts',
    '    yield chunk;\n  }\n  check.end();',
    '    yield chunk;\n  }',
    'verify-stream.test.ts',
  ],
  [
    'what is read into memory is not bounded',
    'verify-stream.ts',
    'if (total > limitBytes) {',
    'if (total < 0) {',
    'verify-stream.test.ts',
  ],
  [
    'a digest may be written in capitals',
    'digest.ts',
    '/^sha256:[0-9a-f]{64}$/',
    '/^sha256:[0-9a-f]{64}$/i',
    'digest.test.ts',
  ],
  [
    'a digest may be followed by anything',
    'digest.ts',
    '/^sha256:[0-9a-f]{64}$/',
    '/^sha256:[0-9a-f]{64}/',
    'digest.test.ts',
  ],
  [
    'a manifest asked for by digest is compared with what the server says',
    'registry-client/manifests.ts',
    'isDigest(reference) ? reference : (announcedDigest(answer) ?? digestOf(bytes))',
    'announcedDigest(answer) ?? (isDigest(reference) ? reference : digestOf(bytes))',
    'registry-client/client.test.ts',
  ],
  [
    'a registry leads the client wherever it likes',
    'registry-client/calls.ts',
    'if (connection.allowedOrigins?.has(url.origin) === false) {',
    'if (connection.allowedOrigins?.has(url.origin) === null) {',
    'try-registry/try-registry.test.ts',
  ],
  [
    'a login that nobody looked at counts as accepted',
    'try-registry/try-registry.ts',
    "if (client.wasAskedForLogin) return [reached, passed('login', 'It was accepted')];",
    "return [reached, passed('login', 'It was accepted')];",
    'try-registry/try-registry.test.ts',
  ],
]);
