// Longer than most: everything that a server, or several behind a balancer, may do to a watch.
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  type Asked,
  expired,
  json,
  list,
  mark,
  type ScriptedServer,
  startScripted,
  stays,
  thenCut,
  thing,
  tooLarge,
} from './testing/scripted-server.ts';
import { watch, type WatchEvent, type WatchOptions } from './watch.ts';

const path = '/api/v1/things';
let server: ScriptedServer;
afterEach(() => server.close());

/** Answers lists and watches in the order given, the last one again and again; how new all is, by a number that none of them reaches. */
function script(
  lists: readonly Answer[],
  watches: readonly Answer[],
  heads: readonly Answer[] = [list(1000)],
): (asked: Asked) => Answer {
  const left = { lists: [...lists], watches: [...watches], heads: [...heads] };
  const take = (answers: Answer[]): Answer => (answers.length > 1 ? answers.shift() : answers[0]) ?? json(500, {});
  return ({ isWatch, isHead }) => take(isWatch ? left.watches : isHead ? left.heads : left.lists);
}

/** What a watch tells until it has told so much, in a few words. */
async function told(count: number, options: WatchOptions = {}): Promise<readonly string[]> {
  const words: string[] = [];
  for await (const event of watch(server.client, { path }, options)) {
    words.push(inWords(event));
    if (words.length === count) break;
  }
  return words;
}

function inWords(event: WatchEvent): string {
  if (event.type === 'synced') return 'synced';
  if (event.type === 'gone') return `gone ${event.name} ${event.uid}`;
  const { kind, metadata } = event.object;
  return `${kind} ${metadata.name}@${metadata.resourceVersion}`;
}

describe('a watch', () => {
  it('tells what is there, then each change', async () => {
    server = await startScripted(
      script(
        [list(5, thing('a', 3), thing('b', 4))],
        [stays(['MODIFIED', thing('a', 6)], ['DELETED', thing('b', 7)], ['ADDED', thing('c', 8)])],
      ),
    );
    expect(await told(6)).toEqual(['Thing a@3', 'Thing b@4', 'synced', 'Thing a@6', 'gone b u-b', 'Thing c@8']);
    expect(server.asked[1]?.query).toMatchObject({ resourceVersion: '5', allowWatchBookmarks: 'true' });
    expect(Number(server.asked[1]?.query['timeoutSeconds'])).toBeGreaterThan(0);
  });

  it('reads lists of many pages as one', async () => {
    server = await startScripted(({ isWatch, query }) => {
      if (isWatch) return stays();
      const items = [thing(query['continue'] ?? 'first', 1)];
      const metadata = { resourceVersion: '5', ...(query['continue'] === undefined ? { continue: 'second' } : {}) };
      return json(200, { apiVersion: 'v1', kind: 'ThingList', metadata, items });
    });
    expect(await told(3)).toEqual(['Thing first@1', 'Thing second@1', 'synced']);
  });

  it('reads anew a list whose pages expire while they are read', async () => {
    let expires = true;
    server = await startScripted(({ isWatch, query }) => {
      if (isWatch) return stays();
      if (query['continue'] === undefined) {
        const metadata = { resourceVersion: '5', ...(expires ? { continue: 'x' } : {}) };
        return json(200, { apiVersion: 'v1', kind: 'ThingList', metadata, items: [thing('a', 1)] });
      }
      expires = false;
      return json(410, expired);
    });
    expect(await told(2)).toEqual(['Thing a@1', 'synced']);
  });

  it('gives up a list that does not end', async () => {
    server = await startScripted(() =>
      json(200, { kind: 'ThingList', apiVersion: 'v1', metadata: { resourceVersion: '5', continue: 'x' }, items: [] }),
    );
    await expect(told(1)).rejects.toMatchObject({ code: 'KUBERNETES_ANSWER_INVALID' });
  });

  it('asks for one object, and for what is selected, where that is wanted', async () => {
    server = await startScripted(script([list(5)], [stays()]));
    const target = { path, name: 'a', labelSelector: 'app=web', fieldSelector: 'spec.x=1' };
    const cancel = new AbortController();
    const events = watch(server.client, target, { cancel: cancel.signal });
    expect((await events.next()).value).toEqual({ type: 'synced' });
    const next = events.next();
    await waitUntil('the watch', () => server.asked.length === 2);
    cancel.abort();
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    for (const { query } of server.asked) {
      expect(query).toMatchObject({ labelSelector: 'app=web', fieldSelector: 'metadata.name=a,spec.x=1' });
    }
  });
});

describe('a watch that is cut', () => {
  it('goes on where it was, and tells nothing twice', async () => {
    server = await startScripted(
      script(
        [list(5, thing('a', 3))],
        [thenCut(['MODIFIED', thing('a', 6)]), stays(['MODIFIED', thing('a', 6)], ['MODIFIED', thing('a', 9)])],
      ),
    );
    expect(await told(4)).toEqual(['Thing a@3', 'synced', 'Thing a@6', 'Thing a@9']);
    const asked = server.asked.map(({ isWatch, isHead, query }) =>
      isWatch ? query['resourceVersion'] : isHead ? 'head' : 'list',
    );
    expect(asked).toEqual(['list', '5', 'head', '6']);
  });

  it('goes on from a bookmark', async () => {
    server = await startScripted(
      script([list(5, thing('a', 3))], [thenCut(mark(50)), stays(['MODIFIED', thing('a', 60)])]),
    );
    expect(await told(3)).toEqual(['Thing a@3', 'synced', 'Thing a@60']);
    expect(server.asked.at(-1)?.query['resourceVersion']).toBe('50');
  });

  it('does not go back to an older bookmark', async () => {
    server = await startScripted(
      script([list(50, thing('a', 3))], [thenCut(mark(20)), stays(['MODIFIED', thing('a', 60)])]),
    );
    await told(3);
    expect(server.asked.at(-1)?.query['resourceVersion']).toBe('50');
  });

  it('goes on from where its reader was, without a list', async () => {
    server = await startScripted(script([], [stays(['ADDED', thing('a', 60)])]));
    expect(await told(1, { resourceVersion: '42' })).toEqual(['Thing a@60']);
    expect(server.asked.map(({ query }) => query['resourceVersion'])).toEqual([undefined, '42']);
  });

  it.each([
    ['that restarts', json(503, { kind: 'Status', message: 'starting' })],
    ['that is overloaded', json(429, {}, { 'retry-after': '0' })],
    ['whose balancer has no server', (response) => void response.writeHead(502).end('<html>')],
    ['that cuts the connection', (response) => void response.destroy()],
  ] as readonly (readonly [string, Answer])[])('is taken up by a server %s', async (_, answer) => {
    server = await startScripted(
      script([answer, list(5, thing('a', 3))], [answer, stays(['MODIFIED', thing('a', 6)])]),
    );
    expect(await told(3)).toEqual(['Thing a@3', 'synced', 'Thing a@6']);
  });

  it('is taken up when the line is silent', async () => {
    server = await startScripted(script([list(5)], [stays(), stays(['ADDED', thing('a', 6)])]));
    expect(await told(2, { idleTimeoutMs: 50 })).toEqual(['synced', 'Thing a@6']);
  });

  it('fails by name when every one is cut as it begins', async () => {
    server = await startScripted(script([list(5)], [(response) => void response.writeHead(200).end()]));
    await expect(told(2, { outageMs: 300 })).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringContaining('every watch is cut') as string,
    });
  });
});

describe('a watch whose changes are compacted', () => {
  it.each([
    ['by an event', stays(['ERROR', expired])],
    ['by its status', json(410, expired)],
  ])('reads all anew, and tells what went meanwhile: told so %s', async (_, answer) => {
    server = await startScripted(
      script(
        [list(5, thing('a', 3), thing('b', 4)), list(20, thing('a', 3), thing('c', 18))],
        [answer, stays(['MODIFIED', thing('c', 21)])],
      ),
    );
    expect(await told(7)).toEqual([
      'Thing a@3',
      'Thing b@4',
      'synced',
      'gone b u-b',
      'Thing c@18',
      'synced',
      'Thing c@21',
    ]);
    expect(server.asked.at(-1)?.query['resourceVersion']).toBe('20');
  });

  it('does not read all anew for ever, however new each list is', async () => {
    let version = 5;
    server = await startScripted(({ isWatch }) => (isWatch ? json(410, expired) : list((version += 1))));
    await expect(told(1000, { outageMs: 400 })).rejects.toBeInstanceOf(Error);
    expect(server.asked.length).toBeLessThan(12);
  });
});

describe('a server that is behind another one', () => {
  it('is asked again until it has come along', async () => {
    const late = json(504, tooLarge, { 'retry-after': '0' });
    server = await startScripted(script([list(9, thing('a', 9))], [late, late, stays(['MODIFIED', thing('a', 10)])]));
    expect(await told(3)).toEqual(['Thing a@9', 'synced', 'Thing a@10']);
    expect(server.asked.filter(({ isWatch, isHead }) => !isWatch && !isHead)).toHaveLength(1);
  });

  it('is asked for everything when it does not', async () => {
    const late = json(504, tooLarge, { 'retry-after': '0' });
    server = await startScripted(
      script(
        [list(9, thing('a', 9)), list(12, thing('a', 11))],
        [late, late, late, stays(['MODIFIED', thing('a', 13)])],
      ),
    );
    expect(await told(5)).toEqual(['Thing a@9', 'synced', 'Thing a@11', 'synced', 'Thing a@13']);
  });

  it('does not put an older state in the place of a newer one', async () => {
    server = await startScripted(
      script(
        [list(5, thing('a', 5))],
        [stays(['MODIFIED', thing('a', 9)], ['MODIFIED', thing('a', 7)], ['ADDED', thing('b', 10)])],
      ),
    );
    expect(await told(4)).toEqual(['Thing a@5', 'synced', 'Thing a@9', 'Thing b@10']);
  });

  it('does not bring back what is gone', async () => {
    server = await startScripted(
      script(
        [list(5, thing('a', 5)), list(30, thing('a', 5), thing('b', 25))],
        [
          stays(['DELETED', thing('a', 9)], ['MODIFIED', thing('a', 8)], ['ERROR', expired]),
          stays(['ADDED', thing('c', 31)]),
        ],
      ),
    );
    expect(await told(6)).toEqual(['Thing a@5', 'synced', 'gone a u-a', 'Thing b@25', 'synced', 'Thing c@31']);
  });

  it('does not bring back what was gone before anybody looked', async () => {
    server = await startScripted(
      script([list(50, thing('a', 5))], [stays(['ADDED', thing('ghost', 30)], ['ADDED', thing('b', 51)])]),
    );
    expect(await told(3)).toEqual(['Thing a@5', 'synced', 'Thing b@51']);
  });

  it('does not take away what is newer than its list', async () => {
    const old = list(7, thing('a', 5));
    const now = list(20, thing('a', 5), thing('b', 9));
    server = await startScripted(
      script(
        [list(5, thing('a', 5)), old, now],
        [stays(['ADDED', thing('b', 9)], ['ERROR', expired]), stays(['ADDED', thing('c', 21)])],
      ),
    );
    expect(await told(5)).toEqual(['Thing a@5', 'synced', 'Thing b@9', 'synced', 'Thing c@21']);
  });

  it('is named when it stays so', async () => {
    server = await startScripted(script([list(50), list(7)], [json(410, expired)]));
    await expect(told(2, { outageMs: 300 })).rejects.toMatchObject({
      code: 'KUBERNETES_REWOUND',
      message: expect.stringContaining('7, after 50') as string,
    });
  });

  it('is found out when a watch is taken up, as it would be silent about what it has not come to', async () => {
    server = await startScripted(
      script(
        [list(50, thing('a', 50)), list(60, thing('a', 55))],
        [thenCut(), stays(['MODIFIED', thing('a', 61)])],
        [list(20)],
      ),
    );
    expect(await told(5)).toEqual(['Thing a@50', 'synced', 'Thing a@55', 'synced', 'Thing a@61']);
    const watched = server.asked.filter(({ isWatch }) => isWatch).map(({ query }) => query['resourceVersion']);
    expect(watched).toEqual(['50', '60']);
  });

  it('is not taken for one where its versions are no numbers', async () => {
    const odd = (resourceVersion: string) =>
      json(200, { kind: 'ThingList', apiVersion: 'v1', metadata: { resourceVersion }, items: [] });
    server = await startScripted(script([odd('b')], [thenCut(), stays(['ADDED', thing('a', 1)])], [odd('a')]));
    expect(await told(2)).toEqual(['synced', 'Thing a@1']);
  });

  it('does not hide what is selected again, or made again under its name', async () => {
    server = await startScripted(
      script(
        [list(5, thing('a', 5))],
        [
          stays(
            ['DELETED', thing('a', 9)],
            ['ADDED', thing('a', 12)],
            ['DELETED', thing('a', 13)],
            ['ADDED', thing('a', 14, { uid: 'u-2' })],
          ),
        ],
      ),
    );
    expect(await told(6)).toEqual(['Thing a@5', 'synced', 'gone a u-a', 'Thing a@12', 'gone a u-a', 'Thing a@14']);
  });
});

describe('a watch is refused', { timeout: 30_000 }, () => {
  it.each([
    ['a line that is no JSON', '<html>\n'],
    ['an event of an unknown type', ['SOMETHING', thing('a', 6)] as const],
    ['an object without a name', ['ADDED', { apiVersion: 'v1', kind: 'Thing', metadata: {} }] as const],
    [
      'an object without a uid',
      ['ADDED', { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', resourceVersion: '6' } }] as const,
    ],
    ['a line without an end', 'x'.repeat(9 * 1024 * 1024)],
  ])('%s, with its connection', async (_, event) => {
    server = await startScripted(script([list(5)], [stays(event)]));
    await expect(told(2)).rejects.toMatchObject({ code: 'KUBERNETES_ANSWER_INVALID' });
    await waitUntil('the stream to end', () => server.connections() <= 1);
  });

  it('a right that is missing', async () => {
    server = await startScripted(script([json(403, { kind: 'Status', message: 'things is forbidden' })], []));
    await expect(told(1)).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('a watch ends', () => {
  it('with its connection when its reader has had enough', async () => {
    server = await startScripted(script([list(5)], [stays(['ADDED', thing('a', 6)])]));
    expect(await told(2)).toEqual(['synced', 'Thing a@6']);
    await waitUntil('the stream to end', () => server.connections() <= 1);
  });

  it.each(['at once when it is cancelled', 'when the client is closed'])('%s', async (how) => {
    server = await startScripted(script([list(5)], [stays(['ADDED', thing('a', 6)])]));
    const cancel = new AbortController();
    const events = watch(server.client, { path }, { cancel: cancel.signal });
    await events.next();
    await events.next();
    const next = events.next();
    if (how.includes('closed')) server.client.close();
    else cancel.abort();
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    await waitUntil('the stream to end', () => server.connections() <= 1);
  });
});
