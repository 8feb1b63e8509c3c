import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('Secret', () => {
  const secret = new Secret('hunter2');

  it('gives its value only when asked', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it('prints as stars wherever a value could leak', () => {
    const ways = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 5, showHidden: true }),
      inspect(new Error('x', { cause: secret })),
      Object.entries(secret).join(),
    ];
    for (const text of ways) expect(text).not.toContain('hunter2');
    expect(ways[1]).toBe('{"secret":"***"}');
  });
});
