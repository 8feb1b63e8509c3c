import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCuttingProxy } from './cutting-proxy.ts';

describe('the cutting proxy', () => {
  let reached: string[];
  const target = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => response.writeHead(201, { 'x-seen': 'yes' }).end(`got ${body}`));
  });
  let url: string;
  beforeEach(async () => {
    reached = [];
    await new Promise<void>((done) => target.listen(0, '127.0.0.1', done));
    const address = target.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterEach(() => new Promise((done) => target.close(done)));

  it('passes request and answer unchanged', async () => {
    const proxy = await startCuttingProxy(url, {});
    const answer = await fetch(`${proxy.url}/a?b=c`, { method: 'PUT', body: 'hello' });
    expect([answer.status, answer.headers.get('x-seen'), await answer.text()]).toEqual([201, 'yes', 'got hello']);
    expect(reached).toEqual(['PUT /a?b=c']);
    await proxy.close();
  });

  it('forwards nothing when the hook before fails', async () => {
    const proxy = await startCuttingProxy(url, { before: () => Promise.reject(new Error('cut')) });
    await expect(fetch(proxy.url)).rejects.toThrow('fetch failed');
    expect(reached).toEqual([]);
    await proxy.close();
  });

  it('gives no answer when the hook after fails, though the target did its work', async () => {
    const proxy = await startCuttingProxy(url, { after: () => Promise.reject(new Error('cut')) });
    await expect(fetch(proxy.url)).rejects.toThrow('fetch failed');
    expect(reached).toEqual(['GET /']);
    await proxy.close();
  });
});
