import { describe, expect, it } from 'vitest';
import { presumedBase, settleArguments } from './flags.ts';

const settled = (coming: readonly string[], running: readonly string[], base: readonly string[]) =>
  settleArguments({ coming, running, base });

describe('flags of a controller', () => {
  const base = ['--leader-elect', '--v=2', '--feature-gates=A=true,B=false'];

  it('are those of the components where nobody set any', () => {
    const coming = ['--leader-elect', '--v=3', '--feature-gates=A=true,C=true', '--new'];
    expect(settled(coming, base, base)).toEqual({
      args: coming,
      base: coming,
      kept: [],
      dropped: ['feature gate B'],
      open: [],
    });
  });

  it('that a person added, changed or took away stay so, gate by gate', () => {
    const running = ['--v=5', '--concurrency=20', '--feature-gates=A=true,B=true,D=true'];
    const coming = ['--leader-elect', '--v=3', '--feature-gates=A=false,B=false,C=true'];
    expect(settled(coming, running, base)).toEqual({
      args: ['--v=5', '--feature-gates=A=false,B=true,C=true,D=true', '--concurrency=20'],
      base: coming,
      kept: ['without --leader-elect', '--v', 'feature gate B', 'feature gate D', '--concurrency'],
      dropped: [],
      open: [],
    });
  });

  it('may stand apart from their value, or come twice', () => {
    const running = ['--v', '5', '--watch=a', '--watch=b'];
    const coming = ['--v', '3', '--watch=a'];
    expect(settled(coming, running, ['--v', '3', '--watch=a'])).toMatchObject({
      args: ['--v', '5', '--watch=a', '--watch=b'],
      kept: ['--v', '--watch'],
    });
  });

  it('with variables take what runs, else the default; one without either is named', () => {
    const coming = ['--a=${A:=1}', '--b=${B:-2}', '--c=${C}', '--feature-gates=X=${X:=false},Y=${Y:=true}'];
    const running = ['--a=7', '--feature-gates=X=true'];
    expect(settled(coming, running, running)).toEqual({
      args: ['--a=7', '--b=2', '--c=${C}', '--feature-gates=X=true,Y=true'],
      base: ['--a=7', '--b=2', '--c=${C}', '--feature-gates=X=true,Y=true'],
      kept: [],
      dropped: [],
      open: ['C'],
    });
    expect(settled(['--d=${D^^}'], [], [])).toMatchObject({ open: ['D^^'] });
    expect(settled(['--e=${E'], [], [])).toMatchObject({ open: ['${E'] });
  });

  it('of components that nobody recorded are told from those that a person set by who set them last', () => {
    const running = ['--leader-elect', '--v=5', '--old=1', '--feature-gates=A=true,Gone=true'];
    const coming = ['--leader-elect', '--v=2', '--new', '--feature-gates=A=false,C=true'];
    expect(settled(coming, running, presumedBase(coming, running, false))).toMatchObject({
      args: coming,
      kept: [],
      dropped: ['feature gate Gone', '--old'],
    });
    // A gate that the new manager may not know would end it.
    expect(settled(coming, running, presumedBase(coming, running, true))).toMatchObject({
      args: ['--leader-elect', '--v=5', '--new', '--feature-gates=A=true,C=true', '--old=1'],
      kept: ['--v', 'feature gate A', '--old'],
      dropped: ['feature gate Gone'],
    });
  });

  it('come to the same when their applying was cut and is done again', () => {
    const running = ['--leader-elect', '--v=5', '--old=1', '--feature-gates=A=true,Gone=true'];
    const coming = ['--leader-elect', '--v=2', '--new', '--feature-gates=A=false,C=${C:=true}'];
    for (const mayBeByHand of [true, false]) {
      const presumed = presumedBase(coming, running, mayBeByHand);
      const first = settled(coming, running, presumed);
      const again = settled(coming, first.args, presumed);
      expect(again.args).toEqual(first.args);
      expect(again.base).toEqual(first.base);
      // The next upgrade knows what was set by hand from what it recorded.
      expect(settled(coming, first.args, first.base).args).toEqual(first.args);
    }
  });
});
