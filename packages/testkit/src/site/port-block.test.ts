import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { PortBlock } from './port-block.ts';

it('a block is its owner’s alone until it is given back', async () => {
  const first = await PortBlock.claim();
  await expect(PortBlock.claimAt(first.first, 100)).rejects.toThrow(`the ports from ${first.first} on`);
  const second = await PortBlock.claim();
  expect(second.first).not.toBe(first.first);
  await first.release();
  await (await PortBlock.claimAt(first.first)).release();
  await second.release();
});

it('a port is given out once, and again when it is free', async () => {
  const block = await PortBlock.claim();
  try {
    expect(block.at(3)).toBe(block.first + 3);
    const given = [block.next(3), block.next(3)];
    expect(given).toEqual([block.first + 4, block.first + 5]);
    block.free(block.first + 4);
    expect(block.next(3)).toBe(block.first + 4);
    const server = createServer();
    await new Promise<void>((done) => server.listen(block.at(3), '127.0.0.1', done));
    await new Promise((done) => server.close(done));
  } finally {
    await block.release();
  }
});
