import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorText, nextAfter, numberCursor, timeCursor } from './cursor.ts';

describe('a cursor', () => {
  it('is read as it was written', () => {
    const date = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.nat(), fc.string({ maxLength: 50 }), (at, number, id) => {
        expect(timeCursor(cursorText({ place: at, id }))).toEqual({ place: at, id });
        expect(numberCursor(cursorText({ place: number, id }))).toEqual({ place: number, id });
      }),
    );
  });

  it.each(['', 'x', 'WzEsMl0', Buffer.from('[1,"a"]').toString('base64url'), '%00'])(
    'of nobody is refused: %s',
    (text) => {
      expect(() => timeCursor(text)).toThrow('cursor');
    },
  );

  it('is there while something follows', () => {
    const cursorOf = (place: number) => ({ place, id: '' });
    expect(nextAfter([1, 2], 2, cursorOf)).toBeNull();
    expect(nextAfter([], 2, cursorOf)).toBeNull();
    expect(numberCursor(nextAfter([1, 2, 3], 2, cursorOf) ?? undefined)).toEqual({ place: 2, id: '' });
  });
});
