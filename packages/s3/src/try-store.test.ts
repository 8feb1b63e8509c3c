import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@sealift/core/secret';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3Client } from './client.ts';
import { tryStore } from './try-store.ts';

/** What a store of the test answers, by method. */
let answers: Readonly<Record<string, readonly [status: number, body: string, headers?: Record<string, string>]>> = {};
const server = createServer((request, response) => {
  const [status, body, headers = {}] = answers[request.method ?? ''] ?? [500, ''];
  request.resume().once('end', () => response.writeHead(status, headers).end(body));
});
let endpoint: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const failure = async () => {
  const settings = {
    endpoint,
    region: 'us-east-1',
    bucket: 'backups',
    prefix: '',
    accessKey: 'KEY',
    ca: null,
    pathStyle: true,
  };
  const client = new S3Client({ ...settings, secretKey: new Secret('words') }, { env: {}, delaysMs: [0] });
  return await tryStore(client).catch((error: unknown) => error);
};
const refusal = (code: string, more = '') => `<?xml version="1.0"?><Error><Code>${code}</Code>${more}</Error>`;

it('a store that overwrites is refused', async () => {
  answers = { PUT: [200, ''], DELETE: [204, ''] };
  expect(await failure()).toMatchObject({ code: 'S3_OVERWRITES' });
});

it.each([
  ['a right that the key lacks', 403, refusal('AccessDenied'), 'S3_DENIED'],
  ['a bucket that is elsewhere', 301, refusal('PermanentRedirect'), 'S3_REGION_OTHER'],
  [
    'a region that is named in the refusal',
    400,
    refusal('AuthorizationHeaderMalformed', '<Message>the region is wrong</Message><Region>eu-2</Region>'),
    'S3_REGION_OTHER',
  ],
  ['a header that is malformed for another reason', 400, refusal('AuthorizationHeaderMalformed'), 'S3_LOGIN_REFUSED'],
  ['a store that is busy', 503, refusal('SlowDown'), 'S3_BUSY'],
  ['a store that is full', 507, refusal('XMinioStorageFull', '<Message>full</Message>'), 'S3_REFUSED'],
  ['an action that the store does not know', 501, refusal('NotImplemented'), 'S3_REFUSED'],
  ['a web page', 404, '<html><body>not found</body></html>', 'S3_ANSWER_INVALID'],
  ['a refusal without words', 403, '', 'S3_DENIED'],
  ['a document with a document type', 400, `<!DOCTYPE a>${refusal('NoSuchBucket')}`, 'S3_ANSWER_INVALID'],
])('%s is told for what it is', async (_, status, body, code) => {
  answers = { PUT: [status, body], DELETE: [204, ''] };
  expect(await failure()).toMatchObject({ code });
});

it('a store that forgets what it took is found by its list', async () => {
  let writes = 0;
  const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
  answers = {
    get PUT() {
      writes += 1;
      return writes === 1 ? ([200, ''] as const) : ([412, refusal('PreconditionFailed')] as const);
    },
    GET: [200, empty],
    DELETE: [204, ''],
  };
  expect(await failure()).toMatchObject({
    code: 'S3_ANSWER_INVALID',
    message: expect.stringContaining('does not list'),
  });
});
